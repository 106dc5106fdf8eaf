// The wire of `buildpass login` (RFC 8628): what a command line asks and is answered, and what the page for it shows.
import { z } from 'zod';

export const DEVICE_GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code';
/** Named for standard clients, which must name one; it is taken and decides nothing. */
export const COMMAND_LINE_CLIENT = 'buildpass-cli';

const time = z.iso.datetime();

/** RFC 8628 §3.2. Without `verification_uri_complete`: a link that brings its code along is what somebody sends to a victim (§5.4). */
export const deviceAuthorizationSchema = z.object({
  device_code: z.string().min(1).max(200),
  user_code: z.string().regex(/^[A-Z]{4}-[A-Z]{4}$/),
  verification_uri: z.string().max(2_048),
  expires_in: z.int().min(1).max(3_600),
  interval: z.int().min(1).max(60),
});

export const deviceTokenSchema = z.object({
  access_token: z.string().regex(/^[\w.-]{20,200}$/),
  token_type: z.literal('Bearer'),
  expires_in: z.int().min(0),
  principal: z.string().max(100),
  name: z.string().max(400),
});

/** A login that waits, for the person who typed its code. */
export const deviceLoginSchema = z.object({
  user_code: z.string(),
  asked_at: time,
  /** the address that it came from, where that says anything */
  asked_from: z.string().optional(),
  expires_at: time,
  /** until when the command line could read, if it were allowed now */
  session_ends_at: time,
});

export const deviceDecisionSchema = z.strictObject({ decision: z.enum(['allow', 'refuse']) });

export const commandLinesSchema = z.object({
  command_lines: z.array(z.object({ id: z.string(), started_at: time, used_at: time, ends_at: time })),
});

export type DeviceAuthorization = z.infer<typeof deviceAuthorizationSchema>;
export type DeviceToken = z.infer<typeof deviceTokenSchema>;
export type DeviceLogin = z.infer<typeof deviceLoginSchema>;
export type CommandLines = z.infer<typeof commandLinesSchema>;
