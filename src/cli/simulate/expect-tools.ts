/** What the agent had done, against what it should have. */
import { contains } from './contains.ts'
import { type Expectations, fits } from './expect-schema.ts'
import { type Failure, showLines } from './failure.ts'
import type { StoryLine } from './story.ts'

type Wanted = NonNullable<Expectations['tools']>[number]

/** Compares tool call by tool call; there must be no more of them than are expected. */
export const failTools = (
  wanted: readonly Wanted[] | undefined,
  lines: readonly StoryLine[],
): readonly Failure[] => {
  if (!wanted) return []
  const calls = lines.filter(({ tool }) => tool !== undefined)
  const failures = wanted.flatMap((each, at) => {
    const call = calls[at]
    if (call && isAsWanted(call, each)) return []
    return [{
      path: ['expect', 'tools', at],
      expected: JSON.stringify(each),
      got: call ? show(call) : 'no such tool call',
      around: showLines(lines, (index) => lines[index] === call),
    }]
  })
  if (failures.length > 0 || calls.length <= wanted.length) return failures
  return [{
    path: ['expect', 'tools'],
    expected: count(wanted.length),
    got: count(calls.length),
    around: showLines(lines),
  }]
}

const isAsWanted = ({ text, tool }: StoryLine, wanted: Wanted): boolean =>
  tool !== undefined &&
  tool.name === wanted.name &&
  (wanted.arguments === undefined || contains(argumentsOf(tool.given), wanted.arguments)) &&
  (wanted.output === undefined || fits(text, wanted.output)) &&
  (wanted.failed === undefined || tool.failed === wanted.failed)

/** What is no JSON stays as the model wrote it. */
const argumentsOf = (given: string): unknown => {
  try {
    return JSON.parse(given)
  } catch {
    return given
  }
}

const show = ({ text, tool }: StoryLine): string =>
  `${tool?.name} ${tool?.given}: ${text}${tool?.failed ? ' (failed)' : ''}`

const count = (calls: number): string => calls === 1 ? '1 tool call' : `${calls} tool calls`
