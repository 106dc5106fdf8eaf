// The part of a request that people decide.
import type { RequestDetail } from '../../../shared/people-api.ts';

export type ApprovalOf = NonNullable<RequestDetail['approval']>;
