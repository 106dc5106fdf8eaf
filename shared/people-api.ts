// The wire between the broker and pages for people: what `/v1/me` and its neighbours answer. The action reads none of it.
import { z } from 'zod';

const time = z.iso.datetime();

export const providersSchema = z.object({
  providers: z.array(z.object({ name: z.string(), kind: z.enum(['github', 'oidc', 'demo']), title: z.string() })),
});

const stepUpMethod = z.enum(['passkey', 'provider']);

export const meSchema = z.object({
  principal: z.string(),
  name: z.string(),
  identities: z.array(z.object({ provider: z.string(), provider_id: z.string(), name: z.string() })),
  /** names of the organization's file */
  teams: z.array(z.string()),
  roles: z.array(z.enum(['security', 'operator'])),
  session: z.object({ started_at: time, idle_ends_at: time, ends_at: time }),
  step_up: z.object({ at: time.optional(), method: stepUpMethod.optional(), methods: z.array(stepUpMethod) }),
  demo: z.boolean(),
});

export type Providers = z.infer<typeof providersSchema>;
export type Me = z.infer<typeof meSchema>;
