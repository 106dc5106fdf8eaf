// What stands in the place of an answer: nothing at first, and a word once it is late. And what stands beside an old answer.
import { useEffect, useState } from 'preact/hooks';
import { useTimes } from '../clock.ts';
import { clockWords } from './times.tsx';

const LATE_MS = 300;

export function Late() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, []);
  return late ? <p class="lead">Loading…</p> : null;
}

/** `failing`: the broker does not answer; otherwise nobody was here for long. */
export function Stale({ since, failing }: { readonly since: number | undefined; readonly failing: boolean }) {
  const times = useTimes();
  if (since === undefined) return null;
  return (
    <p class="note waiting">
      Not updating since {clockWords(since, times)}
      {failing ? '. Trying again.' : ': the page was left alone. Touch it, and it goes on.'}
    </p>
  );
}
