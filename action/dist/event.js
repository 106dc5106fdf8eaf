// action/event.ts
/** Undefined where the runner's files and variables don't tell: it only makes a message better. */
async function readEvent() {
	try {
		const { context } = await import("./github.js");
		const pull = context.payload.pull_request;
		return {
			fork: context.eventName !== "pull_request_target" && pull !== void 0 && pull.head.repo?.id !== pull.base.repo?.id ? pull.head.repo?.full_name ?? "(since deleted)" : void 0,
			dependabot: context.actor === "dependabot[bot]",
			runUrl: `${context.serverUrl}/${context.repo.owner}/${context.repo.repo}/actions/runs/${context.runId}`
		};
	} catch {
		return;
	}
}
export { readEvent };
