import { r as returnLease, t as start } from "./start.js";
// action/post.ts
await start(returnLease);
export {};
