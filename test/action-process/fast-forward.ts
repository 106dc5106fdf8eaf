// Loaded before the action (`node --import`) where a story would take minutes: time in that process runs fifty times as
// fast, for its clock, its waits and its time-outs alike. The action itself has no switch for that.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const SPEED = 50;
const start = Date.now();
const realNow = Date.now;
const realSleep = timers.setTimeout;
const realTimeout = AbortSignal.timeout;

Date.now = () => start + (realNow() - start) * SPEED;
timers.setTimeout = ((milliseconds: number, value: undefined, options: object) =>
  realSleep(milliseconds / SPEED, value, options)) as typeof realSleep;
AbortSignal.timeout = (milliseconds) => realTimeout(Math.ceil(milliseconds / SPEED));
syncBuiltinESMExports();
