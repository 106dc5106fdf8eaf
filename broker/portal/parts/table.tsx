// Tables that keep their meaning on a phone, where a row becomes a block, and each cell knows the heading of its column.
// biome-ignore-all lint/a11y/noRedundantRoles: a table that is displayed as something else loses the roles that are implied
import type { ComponentChildren } from 'preact';

export interface TableProps {
  readonly caption: string;
  readonly kind: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly key: string;
  /** the first cell of a row is its heading */
  readonly cells: readonly ComponentChildren[];
}

export function Table({ caption, kind, columns, rows }: TableProps) {
  return (
    <table role="table" class={kind}>
      <caption class="heard">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((name) => (
            <th role="columnheader" scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells: [first, ...others] }) => (
          <tr role="row" key={key}>
            <th role="rowheader" scope="row">
              {first}
            </th>
            {others.map((cell, index) => (
              <td role="cell" data-label={columns[index + 1]} key={columns[index + 1]}>
                <div>{cell}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
