// An answer that keeps itself fresh while somebody looks: asked again every few seconds, at once when the page comes back into
// sight or to a network, and not at all while it is hidden or left alone. What was shown stays while the broker is away, with since
// when it is old; then it is asked more often, so that nobody has to do anything once the broker is back.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { type Answer, ask, type Problem } from './ask.ts';

export interface Polled<T> {
  readonly body: T | undefined;
  /** of the last ask */
  readonly problem: Problem | undefined;
  /** since when there was no fresh answer */
  readonly staleSince: number | undefined;
  /** Asks now. */
  readonly refresh: () => Promise<void>;
  /** Takes what another call has answered. */
  readonly take: (body: T) => void;
}

interface State<T> {
  readonly path: string;
  readonly body: T | undefined;
  readonly problem: Problem | undefined;
  readonly freshAt: number;
}

/** `path` undefined asks nothing. */
export function usePolled<T>(path: string | undefined, seconds: number): Polled<T> {
  const [state, setState] = useState<State<T>>({ path: '', body: undefined, problem: undefined, freshAt: now() });
  const latest = useRef(0);
  const askNow = useCallback(async (): Promise<boolean> => {
    if (path === undefined) return true;
    latest.current += 1;
    const turn = latest.current;
    const answer = await askInTime<T>(path);
    // A slower answer to an earlier ask would turn the page back.
    if (turn === latest.current) setState((before) => after(before, path, answer));
    return answer.ok;
  }, [path]);
  const refresh = useCallback(async (): Promise<void> => void (await askNow()), [askNow]);
  const take = useCallback(
    (body: T): void => {
      latest.current += 1;
      setState({ path: path ?? '', body, problem: undefined, freshAt: now() });
    },
    [path],
  );
  useEffect(() => whileSeen(askNow, seconds), [askNow, seconds]);
  const current = state.path === path;
  const body = current ? state.body : undefined;
  return {
    ...{ body, refresh, take },
    problem: current ? state.problem : undefined,
    staleSince: current && body !== undefined && isOld(state, seconds) ? state.freshAt : undefined,
  };
}

/** An answer that comes later than this is none: whoever waits for it is told, and it is asked for again. */
const TOO_LATE_MS = 15_000;

async function askInTime<T>(path: string): Promise<Answer<T>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), TOO_LATE_MS);
  const answer = await ask<T>(path, { signal: late.signal });
  clearTimeout(timer);
  return answer;
}

const SOME_MS = 30_000;

const isOld = ({ problem, freshAt }: State<unknown>, seconds: number): boolean =>
  problem !== undefined || now() - freshAt > 3 * seconds * 1000 + SOME_MS;

const GONE: readonly string[] = ['NOT_FOUND', 'SIGN_IN_REQUIRED', 'NOT_SECURITY'];

function after<T>(before: State<T>, path: string, answer: Answer<T>): State<T> {
  if (answer.ok) return { path, body: answer.body, problem: undefined, freshAt: now() };
  const kept = before.path === path ? before : { body: undefined, freshAt: now() };
  // Whoever may not see it any more does not go on seeing it.
  const gone = GONE.includes(answer.problem.code);
  return { path, body: gone ? undefined : kept.body, problem: answer.problem, freshAt: kept.freshAt };
}

/** A page that nobody touches is left alone: asking for ever would keep a session alive that nobody uses. */
const LEFT_ALONE_MS = 30 * 60_000;
const TOUCHES = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

const AGAIN_SECONDS = 5;

/**
 * Calls at once, so many seconds after each answer while the page is seen and used, and whenever somebody comes back to it.
 * @param call says whether there was an answer
 */
function whileSeen(call: () => Promise<boolean>, seconds: number): () => void {
  let touched = now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const isLeft = (): boolean => now() - touched > LEFT_ALONE_MS;
  const ifSeen = async (): Promise<void> => {
    const isSeen = document.visibilityState === 'visible' && !isLeft();
    const pause = isSeen && !(await call()) ? Math.min(seconds, AGAIN_SECONDS) : seconds;
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(onTime, pause * 1000);
  };
  const onTime = (): void => void ifSeen();
  const onTouch = (): void => {
    const back = isLeft();
    touched = now();
    if (back) onTime();
  };
  onTime();
  document.addEventListener('visibilitychange', onTime);
  addEventListener('online', onTime);
  for (const touch of TOUCHES) addEventListener(touch, onTouch, { passive: true });
  return () => {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onTime);
    removeEventListener('online', onTime);
    for (const touch of TOUCHES) removeEventListener(touch, onTouch);
  };
}
