import { describe, expect, it } from 'vitest';
import { refuseWhileStopping } from '../../../broker/http/while-stopping.ts';

describe('a broker that is stopping', () => {
  it('begins nothing new, and says when to ask again', () => {
    expect(() => refuseWhileStopping(() => true)).not.toThrow();
    expect(() => refuseWhileStopping(() => false)).toThrow(
      expect.objectContaining({ code: 'SHUTTING_DOWN', retryAfter: 5 }),
    );
  });
});
