// Where a sign-in leads back to: a path of ours, or the front page. Anything that a browser could read as another host is not
// one (open redirect, T32).

const LONGEST = 512;

export function returnPath(wanted: unknown, url: string): string {
  // One slash and no second one or backslash after it; nothing that is not plain ASCII, so nothing that is dropped or folded.
  if (typeof wanted !== 'string' || wanted.length > LONGEST || !/^\/(?!\/)[!-[\]-~]*$/.test(wanted)) return '/';
  return URL.canParse(wanted, url) && new URL(wanted, url).origin === url ? wanted : '/';
}
