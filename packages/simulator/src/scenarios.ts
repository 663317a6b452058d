/** Every scenario. A new one is a file beside these and a line here. */
import type { Scenario } from './scenario.ts';
import { epidemic } from './scenarios/epidemic.ts';

export const scenarios: readonly Scenario[] = [epidemic];
