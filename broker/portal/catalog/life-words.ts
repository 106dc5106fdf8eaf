// For how long a credential of an entitlement lives, in a few words.
import { span } from '../../../shared/time-words.ts';

export const lifeWords = (ttl: number | 'never'): string => (ttl === 'never' ? 'never dies' : span(ttl * 1000));
