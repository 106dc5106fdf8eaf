import { C as ActionFailure, D as record, E as object, O as strictObject, S as patiently, _ as exchange, a as writeFiles, b as withdrawRequest, c as keepLease, d as requireTlsChecks, f as isOwnPage, g as isSecureUrl, h as splitNote, i as newPaths, k as string, l as freshSubjectToken, m as openNote, n as giveBack, o as afterlifeOf, p as readInputs, s as NEVER, t as start, u as requireIdTokens, v as explain, w as messageOf, x as TryAgain, y as requestStatus } from "./start.js";
import { X509Certificate, createHash, hash } from "node:crypto";
// shared/ordinal.ts
const FIRST_TEN = "first second third fourth fifth sixth seventh eighth ninth tenth".split(" ");
const ENDINGS = {
	one: "st",
	two: "nd",
	few: "rd"
};
const rules = new Intl.PluralRules("en", { type: "ordinal" });
/** @param index from 0 */
function ordinal(index) {
	const place = index + 1;
	return FIRST_TEN[index] ?? `${place}${ENDINGS[rules.select(place)] ?? "th"}`;
}
// action/refusal.ts
const NO_APPROVERS = "needs approval, and this broker has nobody who could give it";
/** With the length that the job log allows a line this stays within an annotation, and the link at its end. */
const MAX_LINES = 8;
function refused(refusal, { scope, origins }) {
	const link = linkTo(refusal, "What was decided, and why", origins);
	if (refusal.error === "access_denied") return new ActionFailure(`${scope} was refused`, ...denial(refusal, scope), ...link);
	if (refusal.error === "expired_token") return new ActionFailure(`${scope} was not approved in time`, `The approval of ${scope} ran out before it was decided. Run the job again to ask again.`, ...link);
	const code = refusal.code === void 0 ? "" : ` (${refusal.code})`;
	return new ActionFailure("The broker did not take the request", `${ended(refusal.error_description ?? refusal.error)}${code}`, ...link);
}
/** The reasons of a decision as lines that say what to change. */
function whatToChange(reasons, scope) {
	const [first] = reasons;
	if (first === void 0) return [];
	if (first.code === "APPROVAL_UNAVAILABLE") return [`${scope} ${NO_APPROVERS}.`];
	if (reasons.every(saysOnlyItsCode)) return [`Refused: ${[...new Set(reasons.map((reason) => reason.code))].join(", ")}. The broker tells the details to people of the project only.`];
	if (first.rule === void 0) return reasons.slice(0, MAX_LINES).map((reason) => ended(sentence(reason)));
	const nearest = reasons.filter((reason) => reason.rule === first.rule);
	const others = new Set(reasons.map((reason) => reason.rule)).size - 1;
	return [
		`No rule of ${scope} allows this job. The nearest is the ${ordinal(first.rule)} rule, and this differs:`,
		...nearest.slice(0, MAX_LINES).map((reason) => `- ${sentence(reason)}`),
		...others === 0 ? [] : [`${others === 1 ? "One other rule fits" : `${others} other rules fit`} no better.`]
	];
}
/** What a dry run says of a decision that is no permit: a title, and lines. */
function wouldBeRefused({ decision, reasons }, scope) {
	if (decision === "approval") return [`Approval: ${scope} would wait for people`, "The policy allows it to this job once they agree."];
	const lines = whatToChange(reasons, scope);
	return [`Deny: ${scope} would be refused to this job`, ...lines.length === 0 ? ["The broker knows no such entitlement for this job."] : lines];
}
function denial({ reasons = [], error_description: description }, scope) {
	const lines = whatToChange(reasons, scope);
	return lines.length === 0 ? [ended(description ?? `The broker refused ${scope} to this job`)] : lines;
}
const linkTo = ({ request_url: url }, what, origins) => url === void 0 || !isOwnPage(url, origins) ? [] : [`${what}: ${url}`];
const saysOnlyItsCode = ({ message, condition, expected, got }) => [
	message,
	condition,
	expected,
	got
].every((part) => part === void 0);
/** The broker's sentence, and what was wanted and found where the sentence doesn't quote them. */
function sentence({ code, message, condition, expected, got }) {
	const said = (message ?? condition ?? code).replace(/\.$/u, "");
	const wanted = expected === void 0 || said.includes(expected) ? [] : [`expected ${expected}`];
	const found = got === void 0 || said.includes(got) ? [] : [`got "${got}"`];
	const values = [...wanted, ...found].join(", ");
	return values === "" ? said : `${said}: ${values}`;
}
const ended = (text) => /[.!?]$/u.test(text) ? text : `${text}.`;
// action/wait-for-people.ts
/** A broker that restarts, or a network that fails, for as long as that may take. */
const WHILE_WAITING = {
	attempts: 10,
	withinMs: 3e5
};
/** Of a step that was cancelled, within the runner's 7.5 s. */
const WITHDRAWING = {
	attempts: 1,
	withinMs: 3e3
};
const HELD_SECONDS = 25;
const SHORTEST_MS = 5e3;
const PROGRESS_MS = 3e5;
/** Resolves once the job may collect. @throws ActionFailure that says why it never will */
async function waitForPeople(job, waiting) {
	const { inputs, request } = waiting;
	const page = isOwnPage(request.url, inputs.origins) ? request.url : void 0;
	job.log.info(`${inputs.scope} needs approval. ${page === void 0 ? `The request is ${request.id}.` : `Whoever may approve decides here: ${page}`}`, `This job waits for up to ${inMinutes(waiting.giveUpAt - job.clock.now())}.`);
	const failure = failureOf(await untilDecided(job, waiting), inputs.scope);
	if (failure === void 0) job.log.info(`${inputs.scope} was approved.`);
	else throw page === void 0 ? failure : new ActionFailure(failure.message, ...failure.lines, `What was decided: ${page}`);
}
async function untilDecided(job, waiting) {
	const { clock, log, cancelled } = job;
	let said = clock.now();
	for (let now = said; now < waiting.giveUpAt; now = clock.now()) {
		const status = await unlessCancelled(cancelled, () => look(job, waiting, waiting.giveUpAt - now), () => leave(job, waiting));
		if (status.state !== "pending") return status;
		if (clock.now() - now < SHORTEST_MS) await clock.sleep(SHORTEST_MS, cancelled).catch(() => void 0);
		if (clock.now() - said < PROGRESS_MS) continue;
		said = clock.now();
		log.info(`Still waiting for approval, for up to ${inMinutes(waiting.giveUpAt - said)} more.`);
	}
	throw await gaveUp(job, waiting);
}
/** One held request; what may pass by itself is tried again. */
function look(job, { inputs, request, requestSecret }, leftMs) {
	const wait = Math.max(0, Math.min(HELD_SECONDS, Math.floor(leftMs / 1e3)));
	return patiently(job, {
		...WHILE_WAITING,
		until: job.cancelled
	}, async (left) => {
		const call = {
			send: job.send,
			leftMs: left
		};
		return requestStatus(call, {
			broker: inputs.broker,
			requestId: request.id,
			requestSecret
		}, wait);
	});
}
/** A held request is worth nothing to a job that is cancelled: it is let go of at once. */
async function unlessCancelled(signal, act, last) {
	if (signal.aborted) return last();
	const cancelled = Promise.withResolvers();
	const onAbort = () => cancelled.resolve("cancelled");
	signal.addEventListener("abort", onAbort, { once: true });
	try {
		const first = await Promise.race([act().then((result) => ({ result })), cancelled.promise]);
		return first === "cancelled" ? await last() : first.result;
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
}
async function leave(job, waiting) {
	throw new ActionFailure("The job was cancelled", "It was waiting for approval.", await takeBack(job, waiting));
}
async function gaveUp(job, waiting) {
	const { scope, approvalTimeout } = waiting.inputs;
	return new ActionFailure(`${scope} was not approved in time`, `Nobody decided within ${inMinutes(approvalTimeout * 1e3)} (approval-timeout). Tell the approvers, and run the job again.`, await takeBack(job, waiting));
}
async function takeBack(job, { inputs, request, requestSecret }) {
	try {
		await patiently(job, WITHDRAWING, (leftMs) => withdrawRequest({
			send: job.send,
			leftMs
		}, {
			broker: inputs.broker,
			requestId: request.id,
			requestSecret
		}));
		return "The request was withdrawn.";
	} catch (error) {
		return `The request could not be withdrawn and ends by itself (${error instanceof ActionFailure ? error.lines.join(" ") : messageOf(error)})`;
	}
}
/** Undefined where the job may go on: what it is told when it collects is the last word. */
function failureOf({ state, reason }, scope) {
	switch (state) {
		case "rejected": return new ActionFailure(`${scope} was not approved`, reason === void 0 ? "An approver said no." : `An approver said no: ${reason}`, "Talk to them, and run the job again once that is settled.");
		case "expired": return new ActionFailure(`${scope} was not approved in time`, "The time that the policy gives to decide is over. Tell the approvers, and run the job again.");
		case "withdrawn": return new ActionFailure(`The request for ${scope} was withdrawn`, "Run the job again if it is still needed.");
		case "void": return new ActionFailure(`What was asked for ${scope} is void`, "Its policy was changed while this job waited, so what people were shown is no longer what is asked. Run the job again.");
		default: return;
	}
}
const inMinutes = (milliseconds) => {
	const seconds = Math.max(0, Math.round(milliseconds / 1e3));
	return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
};
// action/ask.ts
const ASKING = {
	attempts: 5,
	withinMs: 12e4
};
const SECRET_BYTES = 32;
/** @throws ActionFailure for every refusal, and where no answer could be had */
async function askForCredential(job, inputs) {
	const secret = {
		value: newRequestSecret(job),
		renewed: false
	};
	const giveUpAt = job.clock.now() + inputs.approvalTimeout * 1e3;
	for (;;) {
		const asked = await askOnce(job, inputs, secret);
		const { answer } = asked;
		if (answer.outcome !== "pending") return {
			...asked,
			answer
		};
		await waitForPeople(job, {
			inputs,
			request: answer.request,
			requestSecret: asked.requestSecret,
			giveUpAt
		});
	}
}
function askOnce(job, inputs, secret) {
	return patiently(job, {
		...ASKING,
		until: job.cancelled
	}, async (leftMs) => {
		const { token: subjectToken, claims } = await freshSubjectToken(job, inputs.audience, leftMs);
		job.cancelled.throwIfAborted();
		const requestSecret = secret.value;
		const answer = await exchange({
			send: job.send,
			leftMs
		}, inputs, {
			subjectToken,
			requestSecret
		});
		if (answer.outcome !== "refused") return {
			answer,
			requestSecret,
			claims
		};
		if (answer.refusal.code !== "REQUEST_SPENT" || secret.renewed) throw refused(answer.refusal, inputs);
		secret.renewed = true;
		secret.value = newRequestSecret(job);
		throw new TryAgain("The broker has closed this request without an answer", 0);
	});
}
function newRequestSecret({ randomBytes, log }) {
	const secret = randomBytes(SECRET_BYTES).toString("base64url");
	log.mask([secret]);
	return secret;
}
// action/dry-run.ts
/** @throws ActionFailure where no decision could be had */
async function dryRun(job, inputs) {
	const { claims, explanation } = await patiently(job, {
		...ASKING,
		until: job.cancelled
	}, async (leftMs) => {
		const subject = await freshSubjectToken(job, inputs.audience, leftMs);
		return {
			claims: subject.claims,
			explanation: await explain({
				send: job.send,
				leftMs
			}, inputs, subject.token)
		};
	});
	job.log.group("What the ID token of this job says", claimLines(claims));
	job.log.info("Dry run: nothing was asked for.");
	if (explanation.decision === "permit") job.log.info(`Permit: this job would get ${inputs.scope}.`);
	else job.log.warning(...wouldBeRefused(explanation, inputs.scope));
}
const claimLines = (claims) => Object.entries(claims).sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
// shared/action-outputs.ts
/** Of every credential. */
const OF_EACH = [
	"token",
	"expires-at",
	"issuance-id",
	"request-id",
	"request-url",
	"lease-id",
	"log-index",
	"assurance",
	"token-hash",
	"receipt"
];
/** In the spelling that the ecosystem's own action uses. */
const OF_SOME_KIND = [
	"aws-access-key-id",
	"aws-secret-access-key",
	"aws-session-token",
	"aws-expiration",
	"aws-region",
	"aws-account-id",
	"authenticated-arn",
	"access_token",
	"project_id",
	"credentials_file_path",
	"installation-id",
	"app-slug",
	"client-id",
	"tenant-id",
	"kubeconfig"
];
const OUR_OUTPUTS = [...OF_EACH, ...OF_SOME_KIND];
/** Whether a value of a vault may become an output of this name. */
const isVaultOutput = (name) => /^[a-z0-9-]{1,40}$/.test(name) && !OUR_OUTPUTS.includes(name);
// shared/issued-credential.ts
const KIND_URN = "urn:buildpass:token-type:";
/** Seconds of a life that has no end: a value that somebody else keeps, and nobody changes by himself. */
const NEVER_ENDS = Number.MAX_SAFE_INTEGER;
/** `missing` and `must be …`, each after the name of the value. */
const text = (form, what, longest = 2048) => {
	const error = ({ input }) => input === void 0 ? "is missing" : `must be ${what}`;
	return string({ error }).max(longest).regex(form);
};
/** What fits into a header, a line and a variable; its size is that of the wire. */
const secret = text(/^[\x21-\x7e]+$/, "one line of visible characters", 65536);
/** Details are no secrets, so they are not masked, and a job's log and files show them as they are. */
const label = text(/^[a-z0-9-]{1,63}$/, "made of a-z, 0-9 and -");
const plain = text(/^[\x21-\x7e]{1,256}$/, "one line of visible characters");
/** Where a job's libraries send the token. */
const tradedAt = text(/^https?:\/\/[\x21-\x7e]+$/, "an address", 512).refine(isPlainAddress, "must be an address alone").refine(isSecureUrl, "must be an https address");
const kind = (tokenType, values, details) => ({
	tokenType,
	form: object({
		credential: strictObject(values),
		details: object(details)
	})
});
const KINDS = {
	jwt: kind("Bearer", { token: secret }, {}),
	"github-token": kind("Bearer", { token: secret }, {
		installation_id: text(/^[1-9][0-9]{0,19}$/, "digits"),
		app_slug: plain
	}),
	"aws-role": kind("N_A", {
		aws_access_key_id: secret,
		aws_secret_access_key: secret,
		aws_session_token: secret
	}, {
		aws_region: text(/^[a-z]{2,4}(-[a-z]+)+-[0-9]$/, "a region"),
		aws_account_id: text(/^[0-9]{12}$/, "twelve digits"),
		aws_role_arn: text(/^arn:[a-z0-9-]+:sts::[0-9]{12}:assumed-role\/[\w+=,.@/-]+$/, "the ARN of a session").optional()
	}),
	"gcp-service-account": kind("Bearer", { access_token: secret }, { project_id: plain.optional() }),
	"gcp-credentials-file": kind("Bearer", { token: secret }, {
		project_id: plain.optional(),
		provider: text(/^projects\/[0-9]+\/[\w/-]{1,200}$/, "a workload identity provider"),
		token_url: tradedAt,
		impersonation_url: tradedAt
	}),
	"azure-app": kind("Bearer", { access_token: secret }, {
		tenant_id: plain,
		client_id: plain
	}),
	kubernetes: kind("Bearer", { token: secret }, {
		server: text(/^https:\/\/[\x21-\x7e]+$/, "an https address").refine(isPlainAddress, "must be an address alone"),
		namespace: label,
		cluster: label,
		certificate_authority_data: text(/^[A-Za-z0-9+/]+={0,2}$/, "base64", 65536).refine(isCertificates, "must be the base64 of certificates in PEM").optional()
	}),
	"vault-secret": {
		tokenType: "N_A",
		form: object({
			credential: record(string(), string()).superRefine(checkVaultValues),
			details: object({})
		})
	}
};
const neverEnds = ({ expires_in: seconds }) => seconds === NEVER_ENDS;
/** @throws Error with a sentence saying what is wrong with the answer */
function readCredential(issued) {
	const name = kindOf(issued.issued_token_type);
	if (name === void 0) throw new Error(`issued_token_type "${issued.issued_token_type}" is of no kind that this version knows: it may be too old for this broker`);
	const { tokenType, form } = KINDS[name];
	if (issued.token_type !== tokenType) throw new Error(`token_type is ${issued.token_type}, and ${tokenType} is that of ${name}`);
	const { data, error } = form.safeParse({
		credential: issued.credential,
		details: issued.details ?? {}
	});
	if (data === void 0) throw new Error(`for ${name}, ${sentenceOf(error.issues[0])}`);
	return {
		kind: name,
		...data
	};
}
function kindOf(issuedTokenType) {
	if (issuedTokenType === "urn:ietf:params:oauth:token-type:access_token") return "jwt";
	if (!issuedTokenType.startsWith(KIND_URN)) return void 0;
	const name = issuedTokenType.slice(25);
	return Object.hasOwn(KINDS, name) && name !== "jwt" ? name : void 0;
}
function sentenceOf(issue) {
	const where = issue.path.join(".");
	if (issue.code === "unrecognized_keys") return `${where} holds "${issue.keys.join("\", \"")}", which is none of its values`;
	return `${where} ${issue.message}`;
}
function checkVaultValues(values, context) {
	const wrong = (message) => context.addIssue(message);
	const entries = Object.entries(values);
	if (entries.length === 0) wrong("is empty");
	for (const [name, value] of entries) {
		if (!isVaultOutput(name)) wrong(`holds "${name}", which can't be an output`);
		if (value === "") wrong(`holds nothing as "${name}"`);
		if (value.includes("\0")) wrong(`holds binary data as "${name}"`);
	}
}
/** Nothing that kubectl would send along, or that a reader would take for another host. */
function isPlainAddress(address) {
	const url = URL.parse(address);
	return url !== null && url.username + url.password + url.search + url.hash === "";
}
const CERTIFICATES = /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;
function isCertificates(base64) {
	const pem = Buffer.from(base64, "base64").toString("latin1");
	if (!CERTIFICATES.test(pem)) return false;
	try {
		for (const [block] of pem.matchAll(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)) new X509Certificate(block);
	} catch {
		return false;
	}
	return true;
}
// shared/vault-variable.ts
const STEERING = [
	/^(PATH|PATHEXT|HOME|SHELL|COMSPEC|ENV|IFS|CDPATH|TMP|TEMP|TMPDIR|EDITOR|VISUAL|PAGER|PROMPT_COMMAND|CI)$/,
	/^(BASH|LD|DYLD)_/,
	/^(HTTP|HTTPS|FTP|ALL|NO)_PROXY$/,
	/^(SSL_CERT|CURL_CA|REQUESTS_CA|AWS_CA)_/,
	/^NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_.*)$/,
	/^(NPM|YARN|PIP)_(CONFIG|INDEX|EXTRA|REGISTRY)/,
	/^(PYTHON[A-Z]|PERL5|RUBY(OPT|LIB)$|GEM_|BUNDLE_|LUA_)/,
	/^(JAVA_HOME|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|MAVEN_(OPTS|ARGS)|GRADLE_OPTS)$/,
	/^GO(FLAGS|PROXY|ROOT|PATH|ENV|SUMDB|NOSUMDB|INSECURE)$/,
	/^GIT_(SSH|CONFIG|EXEC|ASKPASS|PROXY|EDITOR|PAGER|EXTERNAL|DIR|WORK|TEMPLATE|SEQUENCE|SSL)/,
	/^SSH_(ASKPASS|AUTH_SOCK)/,
	/^(USERPROFILE|HOMEDRIVE|HOMEPATH|(LOCAL)?APPDATA|PROGRAMDATA|SYSTEMROOT|WINDIR|PSMODULEPATH)$/,
	/^XDG_(CONFIG|DATA|CACHE|RUNTIME)_/,
	/^(KUBECONFIG|DOCKER_(HOST|CONFIG|CONTEXT|CERT_PATH|TLS_VERIFY)|HELM_(PLUGINS|CONFIG_HOME))$/,
	/^AWS_(ENDPOINT_URL|CONFIG_FILE|SHARED_CREDENTIALS_FILE|PROFILE|WEB_IDENTITY_TOKEN_FILE|CONTAINER_)/,
	/^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_(CONFIG|API_ENDPOINT_OVERRIDES|PYTHON|AUTH_CREDENTIAL_FILE_OVERRIDE).*)$/,
	/^(GH_(HOST|CONFIG_DIR)|(VAULT|BAO)_(ADDR|AGENT_ADDR|CACERT|CAPATH|SKIP_VERIFY|NAMESPACE))$/,
	/^(TF_CLI_|TF_PLUGIN|TF_DATA_DIR$|TERRAFORM_CONFIG$|ANSIBLE_)/,
	/^(MAKEFLAGS|MAKEFILES|CC|CXX|LD|LDFLAGS|CFLAGS|CXXFLAGS|CPPFLAGS|LESSOPEN|LESSCLOSE|BROWSER|SUDO_ASKPASS)$/,
	/^(RUSTC|RUSTFLAGS$|RUSTDOC|CARGO_(HOME|BUILD|TARGET|REGISTRIES|SOURCE|NET|HTTP))/,
	/^(DOTNET_(STARTUP_HOOKS|ADDITIONAL_DEPS|SHARED_STORE)|(CORECLR|COR)_(ENABLE_PROFILING|PROFILER))/,
	/^(GITHUB|RUNNER|ACTIONS|INPUT|STATE|BUILDPASS)_/
];
/** Undefined where no shell could read it, or where it would steer programs. */
function vaultVariable(output) {
	const name = output.toUpperCase().replaceAll("-", "_");
	return /^[A-Z_][A-Z0-9_]*$/.test(name) && !STEERING.some((form) => form.test(name)) ? name : void 0;
}
// shared/canonical-json.ts
/**
* The canonical text of a value; members sorted by UTF-16 code units (RFC 8785 §3.2.3).
* @throws TypeError for what JSON cannot carry exactly: undefined, non-finite numbers and lone surrogates
*/
function canonicalJson(value) {
	if (typeof value === "string") return quoted(value);
	if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError("a number in JSON must be finite");
	if (value === void 0) throw new TypeError("there is no undefined in JSON: leave the member out");
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
	const members = value;
	let text = "";
	for (const key of Object.keys(members).sort()) {
		const member = `${quoted(key)}:${canonicalJson(members[key])}`;
		text = text === "" ? member : `${text},${member}`;
	}
	return `{${text}}`;
}
/** Printable ASCII without quote and backslash: what stands in nearly every member, and what JSON writes as it is. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
function quoted(text) {
	if (PLAIN.test(text)) return `"${text}"`;
	if (!text.isWellFormed()) throw new TypeError("a string in canonical JSON must be well-formed Unicode");
	return JSON.stringify(text);
}
// shared/merkle.ts
const LEAF_PREFIX = Buffer.of(0);
const NODE_PREFIX = Buffer.of(1);
const sha256 = (...parts) => hash("sha256", Buffer.concat(parts), "buffer");
sha256();
function leafHash(leaf) {
	return sha256(LEAF_PREFIX, leaf);
}
function nodeHash(left, right) {
	return sha256(NODE_PREFIX, left, right);
}
/** Whether `proof` shows the leaf at `index` of the tree of `size` leaves under `root` (RFC 9162 §2.1.3.2). */
function verifyInclusion(leaf, proof, root) {
	if (!isIndex(leaf.index, leaf.size)) return false;
	let node = leaf.hash;
	return climb({
		node: leaf.index,
		last: leaf.size - 1
	}, proof, (sibling, isLeft) => {
		node = isLeft ? nodeHash(sibling, node) : nodeHash(node, sibling);
	}) && node.equals(root);
}
/**
* Walks from a place to the root, meeting one hash of a proof on each level that has a sibling.
* True where the proof has exactly as many hashes as the way.
*/
function climb(from, proof, meet) {
	let place = from;
	for (const sibling of proof) {
		if (place.last === 0) return false;
		const isLeft = place.node % 2 === 1 || place.node === place.last;
		meet(sibling, isLeft);
		while (isLeft && place.node % 2 === 0) place = parent(place);
		place = parent(place);
	}
	return place.last === 0;
}
const parent = ({ node, last }) => ({
	node: half(node),
	last: half(last)
});
const half = (value) => Math.floor(value / 2);
const isIndex = (index, size) => Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
// shared/checkpoint.ts
/**
* The tree head of a checkpoint that one of `verifiers` signed. A key speaks for the log it is named after, and for no other:
* the name of the key must be the origin.
* @throws Error with a sentence saying what is wrong
*/
function openCheckpoint(note, verifiers) {
	const { origin } = parseTreeHead(splitNote(note).text);
	const own = verifiers.filter(({ name }) => name === origin);
	return parseTreeHead(openNote(note, own));
}
/** @throws Error where the text of a note is not a checkpoint's */
function parseTreeHead(text) {
	const [origin, sizeText, rootText = ""] = text.split("\n");
	const size = Number(sizeText);
	const root = Buffer.from(rootText, "base64");
	if (!origin || String(size) !== sizeText || !Number.isSafeInteger(size) || size < 0) throw new Error("the checkpoint has no valid origin and tree size");
	if (root.length !== 32 || root.toString("base64") !== rootText) throw new Error("the checkpoint has no valid root hash");
	return {
		origin,
		size,
		root
	};
}
// shared/receipt.ts
const HEADER = "c2sp.org/tlog-proof@v1";
const MAX_PROOF_HASHES = 63;
/** @throws Error where the text is not a tlog-proof */
function parseProof(text) {
	const end = text.indexOf("\n\n");
	const [header, ...lines] = text.slice(0, end).split("\n");
	if (end === -1 || header !== HEADER) throw new Error(`a receipt's proof starts with "${HEADER}"`);
	if (lines[0]?.startsWith("extra ")) lines.shift();
	const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "")?.[1];
	const hashes = lines.map((line) => Buffer.from(line, "base64"));
	const malformed = hashes.some((hash, at) => hash.length !== 32 || hash.toString("base64") !== lines[at]);
	if (index === void 0 || malformed || hashes.length > MAX_PROOF_HASHES) throw new Error("the receipt's proof is malformed");
	return {
		index: Number(index),
		hashes,
		checkpoint: text.slice(end + 2)
	};
}
/**
* Checks that the receipt's entry is in the log of one of `verifiers` and returns it. What the entry says is for the
* caller to compare with what it asked for.
* @throws Error with a sentence saying which part does not hold
*/
function verifyReceipt(receipt, verifiers) {
	const { entry, index, head } = readReceipt$1(receipt, (checkpoint) => openCheckpoint(checkpoint, verifiers));
	return {
		entry,
		index,
		head
	};
}
function readReceipt$1(receipt, open) {
	const leaf = Buffer.from(receipt.entry, "base64");
	if (leaf.toString("base64") !== receipt.entry) throw new Error("the receipt's entry is not base64");
	const { index, hashes, checkpoint } = parseProof(receipt.proof);
	const head = open(checkpoint);
	if (!verifyInclusion({
		index,
		size: head.size,
		hash: leafHash(leaf)
	}, hashes, head.root)) throw new Error("the inclusion proof does not lead to the root of the checkpoint");
	return {
		entry: parseEntry(leaf),
		index,
		head,
		checkpoint
	};
}
function parseEntry(leaf) {
	const text = leaf.toString();
	const value = JSON.parse(text);
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("the receipt's entry is not an object");
	if (canonicalJson(value) !== text) throw new Error("the receipt's entry is not canonical JSON");
	return value;
}
// action/receipt-check.ts
/** @throws Error with a sentence saying which part does not hold */
function proveReceipt(issued, { logKeys, claims, kind, tokenHash }) {
	const { entry, index } = verifyReceipt(issued.receipt, logKeys);
	const [project, entitlement] = issued.scope.split("/");
	const expected = {
		type: "issuance.succeeded",
		issuance_id: issued.issuance_id,
		lease_id: issued.lease_id,
		...issued.request_id === void 0 ? {} : { request_id: issued.request_id },
		kind,
		...isKeptElsewhere(kind, entry) ? {} : { fingerprint: tokenHash },
		project,
		entitlement,
		repository_id: claims["repository_id"],
		run_id: claims["run_id"],
		run_attempt: claims["run_attempt"]
	};
	for (const [member, value] of Object.entries(expected)) if (typeof value !== "string" || entry[member] !== value) throw new Error(`its entry in the log says ${member} ${JSON.stringify(entry[member])}, and this job and answer have ${JSON.stringify(value)}`);
	return {
		proven: true,
		logIndex: index,
		entry,
		keyChanges: hasOtherKey(issued.receipt, logKeys)
	};
}
function hasOtherKey({ proof }, logKeys) {
	const { signatures } = splitNote(parseProof(proof).checkpoint);
	return signatures.filter(({ name }) => logKeys.some((key) => key.name === name)).some(({ keyId }) => !logKeys.some((key) => key.keyId === keyId));
}
/** A value that could be guessed from its hash has no fingerprint in the log: which path and version it was stands there instead. */
function isKeptElsewhere(kind, entry) {
	if (kind !== "vault-secret" || "fingerprint" in entry) return false;
	const { path, version } = Object(entry["kept_at"]);
	return typeof path === "string" && path !== "" && typeof version === "string" && version !== "";
}
function readReceipt(receipt) {
	try {
		const entry = JSON.parse(Buffer.from(receipt.entry, "base64").toString("utf8"));
		return {
			proven: false,
			logIndex: parseProof(receipt.proof).index,
			entry: typeof entry === "object" && entry !== null ? { ...entry } : {},
			keyChanges: false
		};
	} catch {
		return {
			proven: false,
			logIndex: void 0,
			entry: {},
			keyChanges: false
		};
	}
}
// action/accept.ts
const LONGEST_LIFE_SECONDS = 31536e4;
/** Seconds that a life may be longer than was asked for: whoever issues may count it from its own clock. */
const LIFE_TOLERANCE = 30;
/** What fits in an Authorization header (RFC 6750 §2.1), so on one line too. */
const BEARER_FORM = /^[\x21-\x7e]+$/;
/** @throws Error with a sentence saying what is wrong with the answer */
function acceptIssued(issued, { inputs, claims, now }) {
	if (issued.scope !== inputs.scope) throw new Error(`it is for "${issued.scope}", and ${inputs.scope} was asked for`);
	const { request_url: page } = issued;
	if (page !== void 0 && !isOwnPage(page, inputs.origins)) throw new Error(`request_url leads to "${page}", and not to ${inputs.origins.join(" or ")}`);
	requireOneCredential(issued);
	const credential = readCredential(issued);
	requireBoundedLife(issued, credential, inputs.ttl);
	const hash = createHash("sha256").update(issued.access_token, "utf8").digest("hex");
	const { kind } = credential;
	const receipt = inputs.logKeys.length === 0 ? readReceipt(issued.receipt) : proveReceipt(issued, {
		logKeys: inputs.logKeys,
		claims,
		kind,
		tokenHash: hash
	});
	requireVariables(credential, inputs);
	return {
		issued,
		credential,
		tokenHash: kind === "vault-secret" && receipt.entry["fingerprint"] !== hash ? void 0 : hash,
		expiresAt: endOf(issued, now, receipt.entry),
		receipt
	};
}
function requireBoundedLife({ expires_in: life }, { kind }, asked) {
	if (asked !== void 0 && life > asked + LIFE_TOLERANCE) throw new Error(`expires_in is ${life} seconds, and ${asked} were asked for`);
	const keptElsewhere = kind === "vault-secret" && neverEnds({ expires_in: life });
	if (life > LONGEST_LIFE_SECONDS && !keptElsewhere) throw new Error(`expires_in is ${life} seconds, and no credential lives that long`);
}
/** @throws ActionFailure about a value that must not become a variable: it is the policy that named it */
function requireVariables({ kind, credential }, { exportEnv, scope }) {
	if (!exportEnv || kind !== "vault-secret") return;
	const name = Object.keys(credential).find((one) => vaultVariable(one) === void 0);
	if (name === void 0) return;
	throw new ActionFailure(`"${name}" of ${scope} can't be an environment variable`, "No shell could read it under that name, or programs would be steered by it.", "Leave export-env out and use the output, or give the value another name in the policy.");
}
const ROUNDING_MS = 2e3;
/** The end that the log has, where it is the one that `expires_in` counts down to; else the latter, in whole seconds. */
function endOf({ expires_in: seconds }, now, entry) {
	if (neverEnds({ expires_in: seconds })) return NEVER;
	const counted = (Math.floor(now / 1e3) + seconds) * 1e3;
	const logged = Date.parse(String(entry["ends_at"]));
	return new Date(Math.abs(logged - counted) <= ROUNDING_MS ? logged : counted).toISOString();
}
/** `access_token` and `credential` must tell of the same thing: only then is masking the one hiding the other. */
function requireOneCredential({ token_type: type, access_token: token, credential }) {
	if (!(type === "Bearer" ? Object.values(credential).includes(token) : sameMembers(token, credential))) throw new Error("access_token is not the credential that the answer holds");
	if (type === "Bearer" && !BEARER_FORM.test(token)) throw new Error("access_token holds characters that no bearer token has");
}
function sameMembers(text, credential) {
	const sorted = (members) => JSON.stringify(Object.entries(members).sort(([a], [b]) => a < b ? -1 : 1));
	try {
		const members = JSON.parse(text);
		return JSON.stringify(members) === text && sorted(members) === sorted(credential);
	} catch {
		return false;
	}
}
// shared/their-words.ts
function inTheirWords(issued, { expiresAt, file = "" }) {
	switch (issued.kind) {
		case "aws-role": return ofAws(issued, expiresAt);
		case "gcp-service-account": return ofGoogle(issued);
		case "gcp-credentials-file": return ofGoogleFile(issued, file);
		case "github-token": {
			const { installation_id: id, app_slug: slug } = issued.details;
			return {
				outputs: {
					"installation-id": id,
					"app-slug": slug
				},
				variables: { GH_TOKEN: issued.credential.token }
			};
		}
		case "azure-app": {
			const { client_id: id, tenant_id: tenant } = issued.details;
			return {
				outputs: {
					"client-id": id,
					"tenant-id": tenant
				},
				variables: {}
			};
		}
		case "kubernetes": return {
			outputs: { kubeconfig: file },
			variables: file === "" ? {} : { KUBECONFIG: file }
		};
		case "vault-secret": return {
			outputs: issued.credential,
			variables: variablesOf(issued.credential)
		};
		case "jwt": return {
			outputs: {},
			variables: {}
		};
	}
}
function ofAws({ credential, details }, expiresAt) {
	return {
		outputs: {
			"aws-access-key-id": credential.aws_access_key_id,
			"aws-secret-access-key": credential.aws_secret_access_key,
			"aws-session-token": credential.aws_session_token,
			"aws-expiration": expiresAt,
			"aws-region": details.aws_region,
			"aws-account-id": details.aws_account_id,
			...details.aws_role_arn === void 0 ? {} : { "authenticated-arn": details.aws_role_arn }
		},
		variables: {
			AWS_ACCESS_KEY_ID: credential.aws_access_key_id,
			AWS_SECRET_ACCESS_KEY: credential.aws_secret_access_key,
			AWS_SESSION_TOKEN: credential.aws_session_token,
			AWS_REGION: details.aws_region,
			AWS_DEFAULT_REGION: details.aws_region
		}
	};
}
function ofGoogle({ credential, details }) {
	const { access_token: token } = credential;
	return withProject(details, {
		outputs: { access_token: token },
		variables: {
			CLOUDSDK_AUTH_ACCESS_TOKEN: token,
			GOOGLE_OAUTH_ACCESS_TOKEN: token
		}
	});
}
function ofGoogleFile({ details }, file) {
	return withProject(details, {
		outputs: { credentials_file_path: file },
		variables: file === "" ? {} : {
			GOOGLE_APPLICATION_CREDENTIALS: file,
			CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: file,
			GOOGLE_GHA_CREDS_PATH: file
		}
	});
}
/** The address of some accounts does not say their project. */
function withProject({ project_id: project }, { outputs, variables }) {
	if (project === void 0) return {
		outputs,
		variables
	};
	const known = {
		...outputs,
		project_id: project
	};
	const ofProject = {
		CLOUDSDK_CORE_PROJECT: project,
		CLOUDSDK_PROJECT: project,
		GCLOUD_PROJECT: project,
		GCP_PROJECT: project,
		GOOGLE_CLOUD_PROJECT: project
	};
	return {
		outputs: known,
		variables: {
			...variables,
			...ofProject
		}
	};
}
/** Without those that must not be variables: whoever was asked for variables says so first. */
function variablesOf(values) {
	return Object.fromEntries(Object.entries(values).flatMap(([output, value]) => {
		const name = vaultVariable(output);
		return name === void 0 ? [] : [[name, value]];
	}));
}
// action/other-credentials.ts
const OTHERS = {
	"aws-role": [
		"AWS_PROFILE",
		"AWS_DEFAULT_PROFILE",
		"AWS_SECURITY_TOKEN",
		"AWS_WEB_IDENTITY_TOKEN_FILE"
	],
	"gcp-credentials-file": [
		"CLOUDSDK_AUTH_ACCESS_TOKEN",
		"CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
		"GOOGLE_CREDENTIALS",
		"GOOGLE_OAUTH_ACCESS_TOKEN"
	],
	"gcp-service-account": [
		"CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
		"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
		"GOOGLE_APPLICATION_CREDENTIALS",
		"GOOGLE_CREDENTIALS"
	]
};
function warnOfOthers({ environment, log }, kind) {
	const set = (OTHERS[kind] ?? []).filter((name) => environment[name]);
	if (set.length === 0) return;
	const [are, them] = set.length === 1 ? ["is", "it"] : ["are", "them"];
	log.warning("Another credential is in the environment, too", `${set.join(", ")} ${are} set in this job: some programs take ${them} before what export-env set.`, `Take ${them} out of the job, or of the step before that sets ${them}.`);
}
// action/outputs.ts
const TOKEN_VARIABLE = "BUILDPASS_TOKEN";
/** Without these files the toolkit would fall back to commands on stdout, the secret in them. */
function requireRunnerFiles({ environment }, exportEnv) {
	const missing = [
		"GITHUB_OUTPUT",
		"GITHUB_STATE",
		...exportEnv ? ["GITHUB_ENV"] : []
	].filter((name) => !environment[name]);
	if (missing.length === 0) return;
	throw new ActionFailure("This is no job of GitHub Actions", `${missing.join(", ")} must name the files that the runner makes for a step.`);
}
/** Before the answer is even judged: what is said of a bad one may quote it. */
function maskCredential({ log }, issued) {
	log.mask([issued.access_token, ...Object.values(issued.credential)]);
}
/** @throws ActionFailure where a file can't be written; nothing else is written then */
function writeOutputs(job, held, exportEnv) {
	const { toolkit } = job;
	const { accepted, files } = held;
	const { credential, expiresAt } = accepted;
	writeFiles(job, files, credential);
	const words = inTheirWords(credential, {
		expiresAt,
		file: files[0]
	});
	for (const [name, value] of Object.entries({
		...words.outputs,
		...outputsOfEach(accepted)
	})) toolkit.setOutput(name, value);
	if (!exportEnv) return;
	const variables = {
		...words.variables,
		[TOKEN_VARIABLE]: accepted.issued.access_token
	};
	for (const [name, value] of Object.entries(variables)) toolkit.exportVariable(name, value);
	warnOfOthers(job, credential.kind);
}
function outputsOfEach({ issued, expiresAt, tokenHash, receipt }) {
	return {
		token: issued.access_token,
		"expires-at": expiresAt,
		"issuance-id": issued.issuance_id,
		"request-id": issued.request_id ?? "",
		"request-url": issued.request_url ?? "",
		"lease-id": issued.lease_id,
		"log-index": receipt.logIndex?.toString() ?? "",
		assurance: issued.assurance,
		"token-hash": tokenHash ?? "",
		receipt: JSON.stringify(issued.receipt)
	};
}
// action/hold.ts
/** @throws ActionFailure that says what is wrong, and what became of the lease */
async function hold(job, inputs, answered) {
	if (answered.answer.outcome === "issued") maskCredential(job, answered.answer.issued);
	try {
		if (job.cancelled.aborted) throw new ActionFailure("The job was cancelled", "The credential came too late and is not used.");
		const accepted = accept(job, inputs, answered);
		const files = newPaths(job, accepted.credential);
		keep(job, inputs, {
			accepted,
			requestSecret: answered.requestSecret,
			files
		});
		return {
			accepted,
			files
		};
	} catch (error) {
		const { message, lines } = error instanceof ActionFailure ? error : new ActionFailure("Buildpass failed unexpectedly", messageOf(error));
		throw new ActionFailure(message, ...lines, await undo(job, inputs, answered));
	}
}
function accept(job, inputs, { answer, claims }) {
	try {
		if (answer.outcome === "unusable") throw new Error(answer.problem);
		return acceptIssued(answer.issued, {
			inputs,
			claims,
			now: job.clock.now()
		});
	} catch (error) {
		if (error instanceof ActionFailure) throw error;
		throw new ActionFailure("The credential was not accepted", `The answer of ${inputs.broker} can't be trusted: ${messageOf(error)}.`);
	}
}
/** Before any file is written: whatever happens from here on, the post step knows of it. */
function keep(job, { broker }, held) {
	const { issued, credential, expiresAt } = held.accepted;
	const { requestSecret, files } = held;
	try {
		const more = {
			...files.length === 0 ? {} : { files },
			...afterlifeOf(credential.kind) === void 0 ? {} : { kind: credential.kind }
		};
		keepLease(job, {
			broker,
			leaseId: issued.lease_id,
			requestSecret,
			expiresAt,
			...more
		});
	} catch (error) {
		throw new ActionFailure("The lease could not be kept for the post step", `The state of this step can't be written: ${messageOf(error)}.`);
	}
}
async function undo(job, { broker }, { answer, requestSecret }) {
	const leaseId = answer.outcome === "issued" ? answer.issued.lease_id : answer.leaseId;
	if (leaseId === void 0) return "The answer names no lease that could be returned; if one was issued, it ends by itself.";
	const lease = {
		broker,
		leaseId,
		requestSecret
	};
	try {
		return await giveBack(job, lease);
	} catch (error) {
		return `Lease ${leaseId} could not be returned: ${error instanceof ActionFailure ? error.lines.join(" ") : messageOf(error)} ${leftToPost(job, lease)}`;
	}
}
/** The post step has time of its own: what could not be returned now may be returned then. */
function leftToPost(job, lease) {
	try {
		keepLease(job, lease);
		return "The post step tries again.";
	} catch {
		return "It ends by itself.";
	}
}
// action/summary.ts
async function writeSummary({ toolkit, log, environment }, granted) {
	if (!environment["GITHUB_STEP_SUMMARY"]) return;
	try {
		await toolkit.summary.addRaw(log.redact(summaryOf(granted)), true).write();
	} catch (error) {
		log.warning("The job summary could not be written", messageOf(error));
	}
}
function summaryOf(granted) {
	const { issued } = granted.accepted;
	const title = `### Buildpass granted \`${issued.scope}\``;
	const more = issued.request_url === void 0 ? [] : [`[What was decided, and why](${link(issued.request_url)})`];
	return [
		title,
		...isPrivate(granted.claims) ? [tableOf(granted), howToVerify(granted)] : [],
		...more
	].join("\n\n");
}
const isPrivate = (claims) => ["private", "internal"].includes(String(claims["repository_visibility"]));
function tableOf({ accepted: { issued, credential, receipt, expiresAt, tokenHash } }) {
	return [
		"| | |",
		"|---|---|",
		...[
			["By", ruleOf(receipt.entry)],
			["Assurance", issued.assurance],
			["Until", untilOf(credential.kind, expiresAt)],
			["Issuance", `\`${issued.issuance_id}\``],
			["Log entry", logEntry(receipt)],
			...tokenHash === void 0 ? [] : [["SHA-256 of the token", `\`${tokenHash}\``]]
		].map(([name, value]) => `| ${name} | ${value} |`)
	].join("\n");
}
function untilOf(kind, expiresAt) {
	if (expiresAt === "never") return "**never**: this value works until it is changed where it came from";
	const afterlife = afterlifeOf(kind);
	return afterlife === void 0 ? expiresAt : `${expiresAt}; **${afterlife}**`;
}
/** All else on the page has a form that was checked; only these come from an entry that may be unproven. */
function ruleOf({ rule, policy_digest: digest }) {
	return Number.isSafeInteger(rule) && typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest) ? `the ${ordinal(Number(rule))} rule of policy \`${digest}\`` : "a rule that the receipt does not name";
}
function logEntry({ logIndex, proven }) {
	if (proven) return `${logIndex}, receipt verified with the pinned key`;
	return `${logIndex ?? "unknown"}, receipt not verified: no \`log-key\` is set`;
}
function howToVerify({ inputs: { broker }, accepted: { receipt, tokenHash } }) {
	const entry = receipt.logIndex === void 0 ? "the entry" : `entry ${receipt.logIndex}`;
	return `To verify: \`buildpass log verify --from ${broker} --key <verifier key>\` checks the tree and its checkpoint; ${tokenHash === void 0 ? `${entry} says where the value is kept and in which version, and holds nothing that was made of it` : `the \`fingerprint\` of ${entry} is the SHA-256 of the token`}.`;
}
/** An address can't leave the parentheses of its link. */
const link = (address) => new URL(address).href.replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
// action/run.ts
/** @throws ActionFailure that says what to change */
async function run(job) {
	const inputs = readInputs(job.toolkit.getInput);
	requireTlsChecks(job);
	await requireIdTokens(job);
	if (inputs.dryRun) return dryRun(job, inputs);
	requireRunnerFiles(job, inputs.exportEnv);
	const answered = await askForCredential(job, inputs);
	const held = await hold(job, inputs, answered);
	const { accepted } = held;
	writeOutputs(job, held, inputs.exportEnv);
	await writeSummary(job, {
		accepted,
		inputs,
		claims: answered.claims
	});
	const { issued, expiresAt, receipt } = accepted;
	if (receipt.keyChanges) job.log.warning("The log of the broker changes its key", "Its receipts carry the signature of another key beside the pinned one, and later of that one alone.", `Add the new line of ${inputs.broker}/log/key to log-key until then: receipts that no pinned key signed are refused.`);
	const end = expiresAt === "never" ? "a value that never dies" : `until ${expiresAt}`;
	job.log.info(`Issued ${inputs.scope} (${issued.assurance}), ${end}. Issuance ${issued.issuance_id}, lease ${issued.lease_id}.`);
}
// action/main.ts
await start(run);
export {};
