/** One call of a scenario by real processes and sockets: placed, listened to, and told by all who took part in it. */
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import type { Failure } from '../../src/cli/simulate/failure.ts'
import { type Story, tellStory } from '../../src/cli/simulate/story.ts'
import { watchCall } from '../../src/cli/watch-call.ts'
import type { CallEvent } from '../../src/sim/caller/journal.ts'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import type { SimulatedCall } from '../../src/sim/caller/place-call.ts'
import { playScript } from '../../src/sim/caller/script.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import type { AccountCall } from '../../src/sim/twilio/account.ts'
import type { RunningTwilio } from '../../src/sim/twilio/server.ts'
import type { LivePart } from './live-part.ts'
import { OPERATOR_TOKEN, type TestService, until } from './servers.ts'

/** A call that is over, as all who took part in it tell of it. */
export type LiveCall = Readonly<{
  callSid: string
  /** What the scenario expected and did not come true. */
  failures: readonly Failure[]
  story: Story
  outcome: CallOutcome
  /** What the caller's phone went through. */
  events: readonly CallEvent[]
  /** What the service told. */
  entries: readonly FeedEntry[]
  /** The sessions of the model, in order. */
  sessions: readonly ModelSession[]
  /** The other phones that rang. */
  rang: readonly AccountCall[]
  /** The calls that the caller heard at one time or another. */
  heardCalls: ReadonlySet<string>
  /** By how much this machine was late at most while the call was on. */
  stalledMs: number
  /** Whether the service has had a call of this scenario before, which went wrong on a machine that stood still. */
  isRepeated: boolean
}>

/** Places the call of a scenario; resolves when it is over. */
export const placeLiveCall = async (
  { scenario, script, number, model, begin, requests }: LivePart,
  service: TestService,
  { account }: RunningTwilio,
): Promise<Omit<LiveCall, 'failures' | 'stalledMs' | 'isRepeated'>> => {
  begin()
  const callsBefore = account.calls().length
  const requestsBefore = requests.length
  const sessionsBefore = new Set(service.sessions)
  let nextStep = 0
  let lostPatience = false
  let isCutOff = false
  const placed = account.place({
    baseUrl: service.url,
    from: scenario.from,
    to: number,
    answerDelayMs: 50,
    behaviour: {
      eachFrame: playScript(script.steps, {
        patienceMs: 15_000,
        onStep: (step) => void (nextStep = step + 1),
        onPatienceLost: () => void (lostPatience = true),
      }),
    },
  })
  const limit = setTimeout(() => {
    isCutOff = true
    placed.hangUp()
  }, Math.min(scenario.limit, LONGEST_CALL_MS))
  const heardCalls = new Set<string>()
  const ears = setInterval(() => {
    for (const other of account.hears(placed.callSid)) heardCalls.add(other)
  }, 50)
  try {
    const entries = await storyOf(placed, service)
    const outcome = await placed.done
    const isOfCall = (to: string) => Object.hasOwn(scenario.phones, to)
    const rang = account.calls().slice(callsBefore)
      .filter(({ call }) => isOfCall(call.parties.to))
    const story = tellStory({
      outcome,
      events: placed.events,
      entries,
      rang: rang.map(({ call }) => call.parties.to),
      requests: requests.slice(requestsBefore),
      greeting: undefined,
      caller: { nextStep: script.belongsTo.at(nextStep), lostPatience, isCutOff },
    })
    const sessions = service.sessions.filter((session) =>
      session.settings().model === model && !sessionsBefore.has(session)
    )
    await until('the model is closed', () => sessions.every((session) => !session.isOpen()))
    return {
      callSid: placed.callSid,
      story,
      outcome,
      events: placed.events,
      entries,
      sessions,
      rang,
      heardCalls,
    }
  } finally {
    clearTimeout(limit)
    clearInterval(ears)
  }
}

/** What the service tells of a call, to its end. */
const storyOf = async (
  { started, callSid }: SimulatedCall,
  { url }: TestService,
): Promise<readonly FeedEntry[]> => {
  await started
  const entries: FeedEntry[] = []
  const signal = AbortSignal.timeout(LONGEST_CALL_MS + 5_000)
  const options = { url, callSid, operatorToken: OPERATOR_TOKEN, signal }
  await watchCall(options, (entry) => entries.push(entry))
  return entries
}

const LONGEST_CALL_MS = 30_000
