// A run ends at the first test that fails, so those most likely to fail come first: of the changed file itself, then the quick ones.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [mutated = '', ...others] = this.ctx.config.related ?? [];
    const own = others.length > 0 ? '' : mutated.replace(/^.*\/((?:broker|shared)\/.*)\.ts$/, '/test/$1');
    const isOwn = ({ moduleId }: TestSpecification): boolean => own !== '' && moduleId.includes(own);
    const quickFirst = (await super.sort(files)).reverse();
    return [...quickFirst.filter(isOwn), ...quickFirst.filter((file) => !isOwn(file))];
  }
}
