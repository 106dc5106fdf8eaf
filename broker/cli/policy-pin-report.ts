// What `policy pin` found out and did, for people and for programs.
import { inertJson, inertLine } from '../../shared/invisible.ts';
import type { Pin } from '../policy-pins/find-pins.ts';
import type { Judgement } from '../policy-pins/judge-pin.ts';
import type { CommandContext } from './command.ts';

export interface JudgedPin {
  readonly pin: Pin;
  readonly judgement: Judgement;
}

export interface PinReport {
  readonly judged: readonly JudgedPin[];
  /** of another GitHub than the one that was asked */
  readonly skipped: readonly Pin[];
  /** how many ids; undefined where nothing was to be written */
  readonly written: number | undefined;
}

export function reportPins(report: PinReport, { io, json }: Pick<CommandContext, 'io' | 'json'>): void {
  const lines = json ? [inertJson(asJson(report))] : asText(report).map(inertLine);
  for (const line of lines) io.out(line);
}

function asJson({ judged, skipped, written }: PinReport): object {
  const placed = ({ kind, name, file, line, column, id, issuer }: Pin): object => ({
    ...{ kind, name, file, line, column },
    ...(issuer === undefined ? {} : { issuer }),
    ...(id === undefined ? {} : { written_id: id }),
  });
  return {
    ok: judged.every(({ judgement: { state } }) => state !== 'refused' && (state !== 'fill' || written !== undefined)),
    written: written ?? 0,
    names: judged.map(({ pin, judgement }) => ({ ...placed(pin), ...judgement })),
    skipped: skipped.map(placed),
  };
}

function asText(report: PinReport): string[] {
  const { judged, skipped, written } = report;
  const lines = judged.flatMap(({ pin, judgement }) => {
    const said = saidOf(pin, judgement, written !== undefined);
    return said === undefined ? [] : [`${placeOf(pin)}: ${said}`];
  });
  const left = skipped.map((pin) => `${placeOf(pin)}: ${pin.name} was not asked for: ${whySkipped(pin)}`);
  return [...lines, ...left, conclusion(report)];
}

const placeOf = ({ file, line, column }: Pin): string => `${file}:${line}:${column}`;

function saidOf({ kind, name }: Pin, judgement: Judgement, written: boolean): string | undefined {
  switch (judgement.state) {
    case 'well':
      return undefined;
    case 'fill':
      return `${written ? 'wrote' : 'would write'} "${judgement.id}" for the ${kind} ${name}`;
    case 'renamed':
      return `note: ${judgement.message}`;
    case 'refused':
      return `REFUSED: ${judgement.message}`;
  }
}

const whySkipped = ({ issuer }: Pin): string =>
  issuer === undefined
    ? '--issuer asks for the repositories and owners of that issuer alone'
    : `it is of the issuer ${issuer}; ask its API with --issuer ${issuer} --api-url URL`;

function conclusion({ judged, written }: PinReport): string {
  const count = (state: Judgement['state']): number =>
    judged.filter(({ judgement }) => judgement.state === state).length;
  const [missing, refused] = [count('fill'), count('refused')];
  if (refused > 0)
    return `${counted(refused, 'name')} in doubt, ${counted(missing, 'id')} to write: nothing was written.`;
  if (written !== undefined && written > 0) return `Wrote ${counted(written, 'id')}.`;
  if (missing > 0) return `${counted(missing, 'id')} to write: --write does.`;
  return judged.length === 0 ? 'There is no name to ask for.' : `All ${counted(judged.length, 'id')} right.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
