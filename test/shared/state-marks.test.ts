import { expect, test } from 'vitest';
import { sprite } from '../../broker/http/pages/icons.ts';
import { STATE_MARKS } from '../../shared/state-marks.ts';
import { readSource } from '../support/source-tree.ts';

test.each(Object.entries(STATE_MARKS))('%s has a shape that is drawn and a tone that has a colour', (_name, mark) => {
  expect(String(sprite)).toContain(`<symbol id="icon-${mark.icon}"`);
  expect(readSource('broker/portal/style/1-tokens.css')).toContain(`\n.${mark.tone} {`);
});
