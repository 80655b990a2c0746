/** What an agent knows besides its instructions, as a call has it: a text to begin with, and a search. */
import type { Found } from './search-index.ts'

/** The knowledge of one version of a customer, as it is when a call begins. */
export type Knowledge = Readonly<{
  /** Stands below the instructions; empty when there is nothing to say. */
  inline: string
  /**
   * The names of what may not be in `inline`: of long texts, pages and vector stores. The same for all calls of a version; when there
   * are none, an agent has no use for a search.
   */
  sources: readonly string[]
  /**
   * Finds passages, the best first; none when nothing fits. Waits for an index that is being made. Rejects with a `ToolError` when
   * all that could be asked failed, and with the signal's reason.
   */
  search: (query: string, signal: AbortSignal) => Promise<readonly Found[]>
}>

/** Puts knowledge below the instructions of an agent. */
export const withKnowledge = (instructions: string, knowledge: Knowledge | undefined): string =>
  knowledge?.inline ? `${instructions}\n\n${knowledge.inline}` : instructions
