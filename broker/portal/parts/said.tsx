// Words from outside: quoted, isolated and in a face of their own, so that no branch, no reason and no name can pose as the
// portal. They only ever become text.
import type { ComponentChildren } from 'preact';
import { grouped } from '../../../shared/number-words.ts';
import { cut, isInert, LONGEST_QUOTATION, piecesOf, sentenceParts } from '../../../shared/quotation.ts';

interface SaidProps {
  readonly text: string;
  /** there is room to open what was cut */
  readonly whole?: boolean;
  /** there is hardly room, and the whole stands elsewhere on the page */
  readonly short?: boolean;
}

const SHORT = 48;

/** In a line, cut at 200 characters. */
export function Said({ text, whole = false, short = false }: SaidProps) {
  const longest = short ? SHORT : LONGEST_QUOTATION;
  const { shown, total } = cut(text, longest);
  if (total === 0) return <span class="hint">empty</span>;
  const long = total > longest;
  return (
    <>
      <span class="said">
        <Quoted text={shown} />
      </span>
      {long && !whole && (
        <span class="hint">
          {' '}
          first {longest} of {grouped(total)} characters
        </span>
      )}
      {long && whole && <WhatWasCut text={text} total={total} />}
    </>
  );
}

/** On lines of their own, with who wrote them. */
export function SaidBlock({ text, caption }: { readonly text: string; readonly caption: ComponentChildren }) {
  const { shown, total } = cut(text);
  return (
    <>
      <p class="hint">{caption}</p>
      <div class="said said-block">
        <Quoted text={shown} block />
      </div>
      {total > LONGEST_QUOTATION && <WhatWasCut text={text} total={total} />}
    </>
  );
}

/** Hashes, ids and names that cannot say anything stand plain. */
export function Exact({ text }: { readonly text: string }) {
  return isInert(text) ? <code>{text}</code> : <Said text={text} />;
}

/** A sentence of the broker in which somebody else's value stands in quotes. */
export function Sentence({ text, got }: { readonly text: string; readonly got?: string | undefined }) {
  return (
    <>
      {sentenceParts(text, got).map(({ kind, text: part }) => {
        if (kind === 'said') return <Said text={part} />;
        return kind === 'code' ? <code>{part}</code> : part;
      })}
    </>
  );
}

function WhatWasCut({ text, total }: { readonly text: string; readonly total: number }) {
  return (
    <details>
      <summary>Show all {grouped(total)} characters</summary>
      <div class="said said-block">
        <Quoted text={text} block />
      </div>
    </details>
  );
}

/** The quotation marks that are seen come from the style sheet and are silent; these words are for who listens. */
function Quoted({ text, block = false }: { readonly text: string; readonly block?: boolean }) {
  return (
    <>
      <span class="heard">quote: </span>
      <bdi dir="auto">
        {piecesOf(text, { block }).map((piece) => (piece.boxed ? <span class="point">{piece.text}</span> : piece.text))}
      </bdi>
      <span class="heard"> end of quote</span>
    </>
  );
}
