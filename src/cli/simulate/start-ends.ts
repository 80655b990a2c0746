/** What a scenario needs besides its call: the service, the model it speaks to, and the Twilio that it belongs to. */
import { parseEnvironment, type Variables } from '../../config/environment.ts'
import type { Log } from '../../log.ts'
import { randomSecret } from '../../runtime/hmac.ts'
import { type Service, startService } from '../../service.ts'
import type { Clip } from '../../sim/model/clips.ts'
import type { McpFetch } from '../../sim/model/mcp-client.ts'
import { PARROT } from '../../sim/model/scenario.ts'
import { type RunningModelServer, startModelServer } from '../../sim/model/server.ts'
import { type RunningTwilio, startTwilio } from '../../sim/twilio/server.ts'
import { createMemoryStore } from '../../store/memory.ts'
import { noRecord } from '../../store/open-record.ts'
import type { Scenario } from './parse-scenario.ts'
import { calleeOf } from './phones.ts'
import type { ScenarioFiles } from './scenario-files.ts'
import type { World } from './world.ts'

const ACCOUNT = 'AC00000000000000000000000000000000'

/** Starts a Twilio at which the phones of the scenario do what they are said to. */
export const startScenarioTwilio = (
  { phones }: Scenario,
  { runtime, clock, fetch, wallMs }: World,
  authToken: string,
): Promise<RunningTwilio> =>
  startTwilio({
    runtime,
    hostname: '127.0.0.1',
    port: 0,
    connect: runtime.connect,
    fetch,
    clock,
    now: () => new Date(wallMs()),
    accountSid: ACCOUNT,
    authToken,
    callee: (to) => calleeOf(phones[to]),
  })

/** Starts a model that behaves as the scenario says and knows the words of its caller. */
export const startScenarioModel = (
  scenario: Scenario,
  world: World,
  clips: readonly Clip[],
): Promise<RunningModelServer> => {
  const sessions = scenario.model ?? [PARROT]
  return startModelServer({
    runtime: world.runtime,
    clock: world.clock,
    wallClock: world.wallMs,
    hostname: '127.0.0.1',
    port: 0,
    scenario: (connection) => sessions[Math.min(connection, sessions.length - 1)],
    clips,
    fetch: fetchOutside(world),
    keepHeard: false,
    idPrefix: 'sim',
  })
}

/** Servers that the model calls are real ones, like those that the service calls: time cannot be hurried meanwhile. */
const fetchOutside = ({ outside }: World): McpFetch => async (url, init) => {
  const isBack = outside()
  try {
    return await fetch(url, init)
  } finally {
    isBack()
  }
}

export type ServiceParts = Readonly<{
  world: World
  files: ScenarioFiles
  authToken: string
  /** Where Twilio's REST API is. */
  twilioUrl: string
  variables: Variables
  model: Readonly<{ baseUrl: string; apiKey: string }>
  log: Log
}>

/** Starts the service. Rejects with `ConfigError` when its configuration has a mistake. */
export const startScenarioService = (
  { world, files: { files, configFolder }, authToken, twilioUrl, ...parts }: ServiceParts,
): Promise<Service> => {
  const parsed = parseEnvironment({
    HOST: '127.0.0.1',
    PORT: '0',
    TANDEM_CONFIG: configFolder,
    TANDEM_SECRET: randomSecret(),
    TANDEM_OPERATOR_TOKEN: randomSecret(),
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_API_URL: twilioUrl,
    DRAIN_SOFT_SECONDS: '0',
    DRAIN_HARD_SECONDS: '0',
  })
  if ('problems' in parsed) throw new Error(parsed.problems[0].message)
  return startService({
    ...parts,
    runtime: world.runtime,
    environment: parsed.environment,
    files,
    store: createMemoryStore(),
    record: noRecord,
    mayRecord: false,
    onDrainAsked: () => {},
    clock: world.clock,
    wallMs: world.wallMs,
    fetch: world.fetch,
  })
}
