// How a name becomes the address that is connected to, for every connection that the broker opens by itself.
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { addressProblem, type Reach } from './address.ts';

export type Resolve = typeof lookup;

/** The address of a URL's host name: that of IPv6 stands in brackets. */
export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** An address in place of a name is never looked up, so it is judged by itself; the end of a sentence, undefined where it may be. */
export function literalProblem(hostname: string, reach: Reach): string | undefined {
  const address = withoutBrackets(hostname);
  return isIP(address) === 0 ? undefined : addressProblem(address, reach);
}

/**
 * The lookup of the connection itself: what it returns is what is connected to, so there is no moment between check and
 * use in which the name could come to mean another address. One bad address among good ones spoils them all.
 */
export function checkedLookup(reach: Reach, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const [problem] = addresses.flatMap(({ address }) => addressProblem(address, reach) ?? []);
      const [first] = addresses;
      if (problem !== undefined) callback(new Error(`${hostname} is ${problem}`), '');
      else if (first === undefined) callback(new Error(`${hostname} has no address`), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
