// The headers of every answer, computed once: those that keep a page from being framed, sniffed or fed from elsewhere, and
// `no-store`. Whatever may be kept says so for itself: keys, tiles and style sheets.
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { Headers } from './answer.ts';

export function securityHeaders(url: string): Headers {
  const set = new Map<string, string>();
  const response = { setHeader: set.set.bind(set), removeHeader: () => undefined };
  // None of them depends on the request, so one made-up request shows them all.
  helmetFor(url)({} as IncomingMessage, response as unknown as ServerResponse, () => undefined);
  return { ...Object.fromEntries(set), 'Cache-Control': 'no-store' };
}

function helmetFor(url: string) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        // No text becomes markup or script in a page, whatever its script does: there is no policy by which it could.
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
    },
    strictTransportSecurity: url.startsWith('https:'),
    referrerPolicy: { policy: 'no-referrer' },
  });
}
