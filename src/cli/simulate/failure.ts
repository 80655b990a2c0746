/** An expectation that did not come true, in words. */
import type { KeyPath } from '../../config/problem.ts'
import type { StoryLine } from './story.ts'

/** What was expected and what came. */
export type Failure = Readonly<{
  /** The key in the scenario. */
  path: KeyPath
  expected: string
  got: string
  /** What was said, where that helps. */
  around?: readonly string[]
}>

/** The transcript as lines for a person, with a mark at those that matter. */
export const showLines = (
  lines: readonly StoryLine[],
  isMarked: (at: number) => boolean = () => false,
): readonly string[] =>
  lines.map(({ speaker, text, isHeard, tool }, at) => {
    const call = tool ? `${tool.name} ${tool.given}: ` : ''
    const unheard = speaker === 'agent' && !isHeard ? '  (not heard)' : ''
    return `${isMarked(at) ? '>' : ' '} ${speaker.padEnd(7)} ${call}${text}${unheard}`
  })
