// Pages as tests compare them: the text that is seen or heard, and what is left of it without the words from outside.

const SAID = /<(span|div) class="said( said-block)?">.*?<\/bdi><span class="heard"> end of quote<\/span><\/\1>/gs;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Without tags, with one space where there were several. */
export const textOf = (markup: { toString(): string }): string =>
  markup
    .toString()
    .replace(/<svg class="sprite".*?<\/svg>/s, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();

/** What the broker itself says: everything but the quotations. */
export const ownWords = (markup: { toString(): string }): string => textOf(markup.toString().replace(SAID, '[quoted]'));
