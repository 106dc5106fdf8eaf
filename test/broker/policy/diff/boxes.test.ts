import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, lookupOf, remainder } from '../../../../broker/policy/diff/boxes.ts';

const SIDES = [0, 1, 2];
const boxes = fc.tuple(fc.subarray(SIDES), fc.subarray(SIDES), fc.subarray(SIDES));
const POINTS = SIDES.flatMap((x) => SIDES.flatMap((y) => SIDES.map((z) => [x, y, z])));
const holds = (box: Box<number>, point: readonly number[]): boolean =>
  box.every((samples, at) => samples.includes(point[at] ?? -1));

describe('remainder', () => {
  it('holds exactly what is in the box and in no other, each once', () => {
    fc.assert(
      fc.property(boxes, fc.array(boxes, { maxLength: 5 }), (box, others) => {
        const left = remainder(box, others.map(lookupOf), { most: 1_000, budget: { left: 100_000 } });
        expect(left.complete).toBe(true);
        for (const point of POINTS) {
          const isLeft = holds(box, point) && !others.some((other) => holds(other, point));
          expect(left.boxes.filter((one) => holds(one, point))).toHaveLength(isLeft ? 1 : 0);
        }
      }),
    );
  });

  it('says when there is more than was asked for, and when it took too long', () => {
    const all = [SIDES, SIDES, SIDES];
    const others = [lookupOf([[0], [0], [0]])];
    const left = (most: number, budget = 1_000) => remainder(all, others, { most, budget: { left: budget } });
    expect(left(2)).toMatchObject({ complete: false, boxes: [{}, {}] });
    expect(left(3)).toMatchObject({ complete: true, boxes: [{}, {}, {}] });
    expect(left(3, 9)).toMatchObject({ complete: true });
    expect(left(3, 8)).toEqual({ boxes: [], complete: false });
  });

  it('of a box that holds nothing is nothing', () => {
    const budget = { left: 100 };
    expect(remainder([[], [0]], [], { most: 1, budget })).toEqual({ boxes: [], complete: true });
  });
});
