// Entry of the post step (`runs.post` of action.yml, bundled to dist/post.js): runs after the job's own steps, whatever
// became of them.
import { returnLease } from './return-lease.ts';
import { start } from './start.ts';

await start(returnLease);
