/** What stands between the callers and the model in one trial, and how it is started as a process of its own. */
import { type RuntimeName, RUNTIMES } from '../runtimes.ts'
import type { Audio } from '../sockets/traffic.ts'

/**
 * `splice` is the floor: it cuts the payload out of one text and puts it into the other. `hono` is the same through Hono.
 * `pcmu-60` is `pcmu` with `agent.frameMs: 60`, `pcmu-recorded` is `pcmu` with `recording`. `usual` is written as it usually is: JSON.parse, Buffer, linear interpolation, JSON.stringify, `ws`.
 */
export const WAYS = [
  'splice',
  'hono',
  'pcmu',
  'pcmu-60',
  'pcmu-recorded',
  'pcm',
  'usual-pcmu',
  'usual-pcm',
] as const

export type Way = typeof WAYS[number]

export const isWay = (text: unknown): text is Way => WAYS.some((way) => way === text)

/** The format that the model's side speaks. */
export const audioOf = (way: Way): Audio => way === 'pcm' || way === 'usual-pcm' ? 'pcm' : 'pcmu'

/** The number that is called, whose customer says the rest. */
export const numberOf = (way: Way): string =>
  way === 'pcmu-60' || way === 'pcmu-recorded' ? NUMBERS[way] : NUMBERS[audioOf(way)]

/** The customers of the bench. */
export const NUMBERS = {
  pcm: '+15005550006',
  pcmu: '+15005550009',
  'pcmu-60': '+15005550001',
  'pcmu-recorded': '+15005550002',
} as const

/** The usual way is usually taken on Node. */
export const isOffered = (way: Way, runtime: RuntimeName): boolean =>
  runtime === 'node' || !way.startsWith('usual')

export type Addresses = Readonly<{
  /** Where sessions are opened: `http://.../v1`. */
  modelUrl: string
  configFolder: string
  dataFolder: string
}>

/** Gives the command of a server and what it needs of the environment. Each prints one line of JSON with its `port`. */
export const commandOf = (
  way: Way,
  runtime: RuntimeName,
  { modelUrl, configFolder, dataFolder }: Addresses,
): Readonly<{ command: readonly string[]; variables: Readonly<Record<string, string>> }> => ({
  command: [...RUNTIMES[runtime], ...programOf(way, runtime)],
  variables: {
    HOST: '127.0.0.1',
    PORT: '0',
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: modelUrl,
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    TANDEM_CONFIG: configFolder,
    TANDEM_DATA: dataFolder,
    LOG_LEVEL: 'info',
  },
})

/** Signs the webhooks and the streams. */
export const AUTH_TOKEN = 'bench-auth-token'

const programOf = (way: Way, runtime: RuntimeName): readonly string[] => {
  switch (way) {
    case 'splice':
      return [`bench/bridge/relay-${runtime}.ts`]
    case 'hono':
      return ['bench/bridge/relay-hono.ts']
    case 'pcmu':
    case 'pcmu-60':
    case 'pcmu-recorded':
    case 'pcm':
      return ['bench/bridge/tandem.ts', 'serve', '--json']
    case 'usual-pcmu':
    case 'usual-pcm':
      return ['bench/bridge/usual.ts', audioOf(way)]
  }
}
