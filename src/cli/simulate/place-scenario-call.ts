/** The call of a scenario: placed at a simulated Twilio, followed to its end, and told from both ends. */
import type { FeedEntry } from '../../bridge/call-feed.ts'
import { builtInTool, TOOLS_OF_OTHER_KEYS } from '../../config/values/built-in-tools.ts'
import type { Service } from '../../service.ts'
import type { CallOutcome } from '../../sim/caller/outcome.ts'
import type { SimulatedCall } from '../../sim/caller/place-call.ts'
import { playScript } from '../../sim/caller/script.ts'
import type { TwilioAccount } from '../../sim/twilio/account.ts'
import type { CallerScript } from './caller-script.ts'
import type { Scenario } from './parse-scenario.ts'
import type { CallerStory } from './story.ts'
import type { World } from './world.ts'

export type ScenarioCall = Readonly<{
  outcome: CallOutcome
  events: SimulatedCall['events']
  entries: readonly FeedEntry[]
  /** The other phones that rang. */
  rang: readonly string[]
  caller: CallerStory
}>

export type Ends = Readonly<{
  world: World
  script: CallerScript
  service: Service
  twilio: TwilioAccount
  to: string
}>

/** How long the service may take to tell of an end that the phone knows of. */
const LAST_WORDS_MS = 2_000

/** Places the call. Resolves when it is over and the service has told of it. */
export const placeScenarioCall = async (
  scenario: Scenario,
  { world, script, service, twilio, to }: Ends,
): Promise<ScenarioCall> => {
  const { clock } = world
  let stepsDone = 0
  let lostPatience = false
  let isCutOff = false
  const eachFrame = playScript(script.steps, {
    onStep: (step) => void (stepsDone = step + 1),
    onPatienceLost: () => void (lostPatience = true),
  })
  const placed = twilio.place({
    baseUrl: service.url,
    from: scenario.from,
    to,
    behaviour: {
      eachFrame,
      suppressSilence: scenario.line.suppressSilence,
      background: scenario.line.hiss ? 'comfort-noise' : 'silence',
      jitterMs: scenario.line.jitter,
    },
  })
  const cancelLimit = clock.after(scenario.limit, () => {
    isCutOff = true
    placed.hangUp()
  })
  void placed.started.then(() => paceTools(service, placed.callSid, world), () => {})
  const outcome = await world.until(placed.done)
  cancelLimit()
  return {
    outcome,
    events: placed.events,
    entries: await world.until(storyTold(service, placed.callSid, world)),
    rang: twilio.calls().map(({ call }) => call.parties)
      .filter(({ callSid }) => callSid !== placed.callSid).map((parties) => parties.to),
    caller: { nextStep: script.belongsTo.at(stepsDone), lostPatience, isCutOff },
  }
}

/** A tool of the operator's is at work outside, where time cannot be hurried. */
const paceTools = ({ exchange }: Service, callSid: string, world: World): void => {
  const atWork = new Map<string, () => void>()
  exchange.feed.watch(callSid, (entry) => {
    if (entry.type === 'tool-called' && isOutside(entry.name)) {
      atWork.set(entry.toolCallId, world.outside())
    }
    if (entry.type === 'tool-returned') atWork.get(entry.toolCallId)?.()
    if (entry.type === 'ended') { for (const back of atWork.values()) back() }
  })
}

const isOutside = (tool: string): boolean =>
  builtInTool(tool) === undefined && !TOOLS_OF_OTHER_KEYS.has(tool)

/** All that the service tells of a call, once it has told of its end. */
const storyTold = (
  { exchange }: Service,
  callSid: string,
  { clock }: World,
): Promise<readonly FeedEntry[]> =>
  new Promise((resolve) => {
    const entries: FeedEntry[] = []
    const done = () => {
      cancel()
      resolve(entries)
    }
    const cancel = clock.after(LAST_WORDS_MS, done)
    const stop = exchange.feed.watch(callSid, (entry) => {
      entries.push(entry)
      if (entry.type === 'ended') done()
    })
    if (!stop) done()
  })
