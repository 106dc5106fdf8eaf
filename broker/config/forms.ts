// What many keys of the configuration have in common: texts, files, addresses, and how far a host may be.
import { z } from 'zod';

export const text = (description: string) => z.string().min(1).max(1024).describe(description);
export const file = (description: string) => text(`${description} Relative to this file.`);
export const secretFile = (description: string) => file(`${description} Only its owner may read it (mode 0600).`);
export const address = (problem: (url: string) => string | undefined, description: string) =>
  z
    .string()
    .superRefine((url, context) => {
      const message = problem(url);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .describe(description);
/** Part of the address of a request: nothing in it may lead elsewhere. */
export const vaultPath = (description: string) =>
  z
    .string()
    .max(256)
    .regex(
      /^(?!.*(^|\/)\.{1,2}(\/|$))[\w.-]+(\/[\w.-]+)*$/,
      'must be a path such as jwt or ci/jwt, without a slash at either end',
    )
    .describe(description);
export const privateNetwork = z
  .boolean()
  .optional()
  .describe('`true` lets this host, and no other, be at a private or loopback address; https all the same.');
export const caFile = file(
  'PEM file of the certificate authorities that this host is verified with, instead of the public ones. Read at start.',
).optional();
