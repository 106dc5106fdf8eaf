// The schemas of bodies and answers by the names that /openapi.json gives them. The broker's own code is typed by the same ones.
import { z } from 'zod';
import {
  leaseListSchema,
  passkeyResetBodySchema,
  passkeyResetSchema,
  pauseBodySchema,
  pausedSchema,
  pauseListSchema,
  resumeBodySchema,
  resumedSchema,
  revocationBodySchema,
  revocationSchema,
} from '../../../shared/access-api.ts';
import {
  explanationSchema,
  GRANT_TYPE,
  ID_TOKEN_TYPE,
  issuedSchema,
  JWT_TYPE,
  leaseReturnSchema,
  REQUEST_SECRET_FORM,
  refusalSchema,
  requestStatusSchema,
  SCOPE_FORM,
} from '../../../shared/api.ts';
import { catalogSchema, peopleCatalogSchema } from '../../../shared/catalog.ts';
import {
  commandLinesSchema,
  DEVICE_GRANT_TYPE,
  deviceAuthorizationSchema,
  deviceDecisionSchema,
  deviceLoginSchema,
  deviceTokenSchema,
} from '../../../shared/device-login.ts';
import {
  breakGlassIncidentsSchema,
  invokeBodySchema,
  linkStartedSchema,
  meSchema,
  passkeyListSchema,
  passkeyRegistrationSchema,
  passkeyResponseSchema,
  passkeySchema,
  providersSchema,
  requestDetailSchema,
  requestListSchema,
  reviewBodySchema,
  steppedUpSchema,
  verdictBodySchema,
} from '../../../shared/people-api.ts';

const line = z.string().max(200).describe('One line of plain text.');
const asked = {
  scope: z.string().regex(SCOPE_FORM).describe('`<project>/<entitlement>`, exactly one.'),
  ttl: z
    .string()
    .regex(/^[1-9][0-9]{0,9}$/)
    .optional()
    .describe('Whole seconds; what is not allowed is refused, not cut.'),
};

const jobFormSchema = z.object({
  grant_type: z.literal(GRANT_TYPE),
  subject_token: z.string().describe('The OIDC token of the job, made for the `url` of the broker. It works once.'),
  subject_token_type: z.enum([ID_TOKEN_TYPE, JWT_TYPE]),
  ...asked,
  reason: line.optional(),
  ticket: line.optional(),
  assisted_by: line.optional().describe('The program that prepared the ask: on record, not proven.'),
  request_secret: z.string().regex(REQUEST_SECRET_FORM).optional().describe('Ours: made anew for each ask.'),
});

const deviceFormSchema = z.object({
  grant_type: z.literal(DEVICE_GRANT_TYPE),
  device_code: z.string().describe('Of `/oauth/device_authorization`.'),
});

const ownTokenFormSchema = z.object({
  token: z.string().describe('A credential of the kind `jwt`; to end it also the token of a command line.'),
  token_type_hint: z.string().optional().describe('Taken, and not needed.'),
});

/** RFC 9457, with the members that we always send. */
const problemDetailsSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  request_id: z.string(),
  methods: z.array(z.string()).optional().describe('With `STEP_UP_REQUIRED`: how.'),
});

const statusSchema = (...values: readonly [string, ...string[]]) => z.object({ status: z.enum(values) });
/** What a browser hands to `navigator.credentials`, or a document of another standard: described there. */
const elsewhereSchema = z.looseObject({});

export const SCHEMAS = {
  TokenForm: z.union([jobFormSchema, deviceFormSchema]),
  ExplainForm: z.object(asked),
  OwnTokenForm: ownTokenFormSchema,
  Introspection: z.looseObject({ active: z.boolean() }),
  Issued: issuedSchema,
  Refusal: refusalSchema,
  Explanation: explanationSchema,
  Catalog: catalogSchema,
  PeopleCatalog: peopleCatalogSchema,
  RequestStatus: requestStatusSchema,
  LeaseReturn: leaseReturnSchema,
  RequestList: requestListSchema,
  RequestDetail: requestDetailSchema,
  Verdict: verdictBodySchema,
  Invocation: invokeBodySchema,
  IncidentReview: reviewBodySchema,
  Incidents: breakGlassIncidentsSchema,
  LeaseList: leaseListSchema,
  RevocationOrder: revocationBodySchema,
  Revocation: revocationSchema,
  PauseOrder: pauseBodySchema,
  Paused: pausedSchema,
  PauseList: pauseListSchema,
  ResumeOrder: resumeBodySchema,
  Resumed: resumedSchema,
  Providers: providersSchema,
  Me: meSchema,
  LinkStarted: linkStartedSchema,
  PasskeyList: passkeyListSchema,
  PasskeyResetOrder: passkeyResetBodySchema,
  PasskeyReset: passkeyResetSchema,
  PasskeyRegistration: passkeyRegistrationSchema,
  PasskeyResponse: passkeyResponseSchema,
  Passkey: passkeySchema,
  WebAuthnOptions: elsewhereSchema,
  SteppedUp: steppedUpSchema,
  DeviceAuthorizationForm: z.object({ client_id: z.string().optional().describe('Taken, and not needed.') }),
  DeviceAuthorization: deviceAuthorizationSchema,
  DeviceToken: deviceTokenSchema,
  DeviceLogin: deviceLoginSchema,
  DeviceDecision: deviceDecisionSchema,
  CommandLineList: commandLinesSchema,
  Nothing: z.object({}),
  Alive: statusSchema('alive'),
  Ready: statusSchema('ready', 'not ready'),
  Metadata: elsewhereSchema,
  Problem: problemDetailsSchema,
} as const;
