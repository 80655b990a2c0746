/** Holds the story of a call against what was expected of it. Pure: each failure says what was expected, what came, and where. */
import type { KeyPath } from '../../config/problem.ts'
import { formatMs } from '../format.ts'
import type { CallerStep } from './caller-schema.ts'
import { type Expectations, fits } from './expect-schema.ts'
import { failRequests } from './expect-http.ts'
import { failTools } from './expect-tools.ts'
import { type Failure, showLines } from './failure.ts'
import type { Story, StoryLine } from './story.ts'

/** Lists all that did not come true, in the order of the keys. */
export const failuresOf = (
  expectations: Expectations,
  steps: readonly CallerStep[],
  story: Story,
): readonly Failure[] => [
  ...failCaller(steps, story),
  ...failTranscript(expectations.transcript, story.lines),
  ...expectations.heard.flatMap((wanted, at) => failHeard(wanted, ['expect', 'heard', at], story)),
  ...expectations.notHeard.flatMap((unwanted, at) =>
    failNotHeard(unwanted, ['expect', 'notHeard', at], story)
  ),
  ...(expectations.greetedOnce ? failGreeting(story) : []),
  ...failTools(expectations.tools, story.lines),
  ...failRequests(expectations.http, story.requests),
  ...failSame('keys', expectations.keys, story.keys || 'no key'),
  ...failSame('dialled', expectations.dialled, story.dialled.join(', ') || 'nobody'),
  ...failSame('ended', expectations.ended, story.ended),
  ...failSilence(expectations.silence, story),
  ...failWithin(expectations.within, story),
]

const failCaller = (steps: readonly CallerStep[], { caller, lines }: Story): readonly Failure[] => {
  const { nextStep, lostPatience, isCutOff } = caller
  if (nextStep === undefined && !isCutOff) return []
  const step = nextStep === undefined ? undefined : steps[nextStep]
  const path: KeyPath = nextStep === undefined ? ['limit'] : ['caller', nextStep]
  const got = isCutOff
    ? 'the call went on past the limit of the scenario'
    : lostPatience
    ? 'the agent said nothing for half a minute, and the caller hung up'
    : 'the call was over before'
  const expected = step ? `the caller comes to ${JSON.stringify(step)}` : 'the call ends'
  return [{ path, expected, got, around: showLines(lines) }]
}

const failTranscript = (
  wanted: Expectations['transcript'],
  lines: readonly StoryLine[],
): readonly Failure[] => {
  const failures: Failure[] = []
  let from = 0
  wanted.forEach((line, at) => {
    const [[speaker, text]] = Object.entries(line)
    const found = lines.findIndex((line, index) =>
      index >= from && line.speaker === speaker && fits(line.text, text)
    )
    if (found >= 0) {
      from = found + 1
      return
    }
    failures.push({
      path: ['expect', 'transcript', at],
      expected: `${speaker} says ${quoted(text)}`,
      got: from === 0 ? 'nothing like it' : 'nothing like it after the marked line',
      around: showLines(lines, (index) => index === from - 1),
    })
  })
  return failures
}

const heardOf = ({ lines }: Story): readonly string[] =>
  lines.filter(({ speaker, isHeard }) => speaker === 'agent' && isHeard).map(({ text }) => text)

const failHeard = (wanted: string, path: KeyPath, story: Story): readonly Failure[] =>
  heardOf(story).some((text) => fits(text, wanted)) ? [] : [{
    path,
    expected: `the caller hears ${quoted(wanted)}`,
    got: 'nothing like it',
    around: showLines(story.lines),
  }]

const failNotHeard = (unwanted: string, path: KeyPath, story: Story): readonly Failure[] => {
  const isUnwanted = ({ speaker, text, isHeard }: StoryLine) =>
    speaker === 'agent' && isHeard && fits(text, unwanted)
  if (!story.lines.some(isUnwanted)) return []
  return [{
    path,
    expected: `the caller hears nothing of ${quoted(unwanted)}`,
    got: 'the marked line',
    around: showLines(story.lines, (at) => isUnwanted(story.lines[at])),
  }]
}

const failGreeting = (story: Story): readonly Failure[] => {
  const { greeting } = story
  const path = ['expect', 'greetedOnce']
  if (greeting === undefined) {
    return [{ path, expected: 'a greeting', got: 'an agent that has none' }]
  }
  const times = heardOf(story).filter((text) => text.includes(greeting.trim())).length
  if (times === 1) return []
  const got = times === 0 ? 'not once as a whole' : `${times} times`
  return [{ path, expected: `${quoted(greeting)} once`, got, around: showLines(story.lines) }]
}

const failSame = (
  key: 'keys' | 'dialled' | 'ended',
  wanted: string | undefined,
  got: string,
): readonly Failure[] =>
  wanted === undefined || wanted === got ? [] : [{ path: ['expect', key], expected: wanted, got }]

const failSilence = (limitMs: number | undefined, { silences }: Story): readonly Failure[] => {
  if (limitMs === undefined) return []
  const longest = silences.toSorted((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs)).at(0)
  const lengthMs = longest ? longest.endMs - longest.startMs : 0
  if (!longest || lengthMs <= limitMs) return []
  return [{
    path: ['expect', 'silence'],
    expected: `at most ${formatMs(limitMs)} without a sound`,
    got: `${formatMs(lengthMs)}, from ${formatMs(longest.startMs)} to ${formatMs(longest.endMs)}`,
  }]
}

const failWithin = (limitMs: number | undefined, { durationMs }: Story): readonly Failure[] =>
  limitMs === undefined || durationMs <= limitMs ? [] : [{
    path: ['expect', 'within'],
    expected: `a call of at most ${formatMs(limitMs)}`,
    got: formatMs(durationMs),
  }]

const quoted = (text: string): string => text.startsWith('/') ? text : JSON.stringify(text)
