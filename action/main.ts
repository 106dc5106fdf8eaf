// Entry of the main step (`runs.main` of action.yml, bundled to dist/main.js).
import { run } from './run.ts';
import { start } from './start.ts';

await start(run);
