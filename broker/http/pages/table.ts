// Tables that keep their meaning on a phone, where a row becomes a block: the roles are written out, because a table that is
// displayed as something else loses them, and each cell knows the heading of its column.
import { type Html, html } from './html.ts';

export interface Table {
  readonly caption: string;
  readonly kind: 'requests' | 'log' | 'compared';
  readonly columns: readonly string[];
  /** the first cell of a row is its heading */
  readonly rows: readonly (readonly Html[])[];
}

export function table({ caption, kind, columns, rows }: Table): Html {
  const heads = columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`);
  return html`<table role="table" class="${kind}"><caption class="heard">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => row(columns, cells))}</tbody></table>`;
}

function row(columns: readonly string[], [first, ...others]: readonly Html[]): Html {
  const cells = others.map(
    (cell, index) => html`<td role="cell" data-label="${columns[index + 1]}"><div>${cell}</div></td>`,
  );
  return html`<tr role="row"><th role="rowheader" scope="row">${first}</th>${cells}</tr>
`;
}
