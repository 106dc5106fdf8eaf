// Levels of GitHub's permissions, the least first; one that is not given is less than any.
const LEVELS = ['read', 'write', 'admin'];

export const rank = (level: unknown): number => LEVELS.indexOf(String(level));
