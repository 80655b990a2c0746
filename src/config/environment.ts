/** What the environment says: addresses, keys, folders. Read once, at the start; everything that is wrong is said at once. */
import { canHaveStreams, problemOfAddress, problemOfDatabase } from './addresses.ts'

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Whether a variable is there and not empty. */
export const holds = (variables: Variables) => (name: string): boolean =>
  (variables[name]?.trim() ?? '') !== ''

export type Environment = Readonly<{
  host: string
  /** 0 takes any free port. */
  port: number
  /** Where Twilio reaches us, without a slash at the end; by default this machine, once the port is known. */
  publicUrl: string | undefined
  openai: Readonly<{ apiKey: string | undefined; baseUrl: string }>
  twilio: TwilioEnvironment
  configFolder: string
  dataFolder: string
  /** A PostgreSQL that several machines share; a file in the data folder without it. */
  databaseUrl: string | undefined
  /** The keys to the storage of recordings. */
  storageKeys: StorageKeys | undefined
  operatorToken: string | undefined
  secret: string | undefined
  machine: string | undefined
  /** How long calls go on undisturbed after the process was told to stop, and how long at most. */
  drain: Readonly<{ softMs: number; hardMs: number }>
  logLevel: LogLevel
  isProduction: boolean
}>

/** The account at Twilio: what proves its webhooks, and what lets us ask for something. */
export type TwilioEnvironment = Readonly<{
  accountSid: string | undefined
  authTokens: readonly string[]
  /** Where the account's calls are processed. */
  region: TwilioRegion
  /** Where its REST API is instead of at the region's host; for tests. */
  apiUrl: string | undefined
  apiKey: Readonly<{ sid: string; secret: string }> | undefined
  /** What calls from browsers are placed through. */
  twimlAppSid: string | undefined
}>

/** What opens a storage that speaks S3. */
export type StorageKeys = Readonly<{
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string | undefined
}>

/** Where Twilio processes calls. */
export type TwilioRegion = 'us1' | 'ie1' | 'au1'

export type LogLevel = 'debug' | 'info' | 'warning' | 'error'

/** A variable that is missing or makes no sense, and what to do about it. */
export type VariableProblem = Readonly<{ variable: string; message: string }>

export type ParsedEnvironment =
  | Readonly<{ environment: Environment }>
  | Readonly<{ problems: readonly VariableProblem[] }>

/** Reads the variables of DESIGN's list. In production nothing is made up: a missing key is a problem. */
export const parseEnvironment = (variables: Variables): ParsedEnvironment => {
  const problems: VariableProblem[] = []
  const get = (name: string) => variables[name]?.trim() || undefined
  const complain = (variable: string, message: string) => {
    problems.push({ variable, message })
  }

  const isProduction = get('NODE_ENV') === 'production'
  for (const [name, why] of isProduction ? Object.entries(NEEDED_IN_PRODUCTION) : []) {
    if (!get(name)?.replaceAll(',', '').trim()) complain(name, `is not set: ${why}`)
  }
  const url = (name: string): string | undefined => {
    const value = get(name)?.replace(/\/+$/, '')
    if (value === undefined) return undefined
    const problem = problemOfAddress(value)
    if (problem === undefined) return value
    complain(name, problem)
    return undefined
  }
  const databaseUrl = get('DATABASE_URL')
  const databaseProblem = databaseUrl === undefined ? undefined : problemOfDatabase(databaseUrl)
  if (databaseProblem !== undefined) complain('DATABASE_URL', databaseProblem)
  const port = Number(get('PORT') ?? 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    complain('PORT', `is no port number: ${get('PORT')}`)
  }
  const seconds = (name: string, byDefault: number): number => {
    const value = Number(get(name) ?? byDefault)
    if (!(value >= 0)) complain(name, `is no number of seconds: ${get(name)}`)
    return value * 1000
  }
  const logLevel = LOG_LEVELS.get(get('LOG_LEVEL')?.toLowerCase() ?? 'info')
  if (!logLevel) {
    complain('LOG_LEVEL', `is none of ${[...LOG_LEVELS.keys()].join(', ')}: ${get('LOG_LEVEL')}`)
  }
  const region = REGIONS.find((each) => each === (get('TWILIO_REGION') ?? 'us1'))
  if (!region) {
    complain('TWILIO_REGION', `is none of ${REGIONS.join(', ')}: ${get('TWILIO_REGION')}`)
  }
  const keySid = get('TWILIO_API_KEY_SID')
  const keySecret = get('TWILIO_API_KEY_SECRET')
  if ((keySid === undefined) !== (keySecret === undefined)) {
    const [missing, other] = keySid === undefined
      ? ['TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET']
      : ['TWILIO_API_KEY_SECRET', 'TWILIO_API_KEY_SID']
    complain(missing, `is not set, but ${other} is: a key is both`)
  }

  const environment: Environment = {
    host: get('HOST') ?? '0.0.0.0',
    port,
    publicUrl: url('PUBLIC_URL'),
    openai: {
      apiKey: get('OPENAI_API_KEY'),
      baseUrl: url('OPENAI_BASE_URL') ?? 'https://api.openai.com/v1',
    },
    twilio: {
      accountSid: get('TWILIO_ACCOUNT_SID'),
      authTokens: (get('TWILIO_AUTH_TOKEN') ?? '').split(',').map((each) => each.trim())
        .filter((each) => each !== ''),
      region: region ?? 'us1',
      apiUrl: url('TWILIO_API_URL'),
      apiKey: keySid !== undefined && keySecret !== undefined
        ? { sid: keySid, secret: keySecret }
        : undefined,
      twimlAppSid: get('TWILIO_TWIML_APP_SID'),
    },
    configFolder: get('TANDEM_CONFIG') ?? './config',
    dataFolder: get('TANDEM_DATA') ?? './data',
    databaseUrl,
    storageKeys: storageKeysOf(get),
    operatorToken: get('TANDEM_OPERATOR_TOKEN'),
    secret: get('TANDEM_SECRET'),
    machine: get('TANDEM_MACHINE') ?? get('FLY_MACHINE_ID'),
    drain: {
      softMs: seconds('DRAIN_SOFT_SECONDS', 180),
      hardMs: seconds('DRAIN_HARD_SECONDS', 240),
    },
    logLevel: logLevel ?? 'info',
    isProduction,
  }
  const { publicUrl } = environment
  if (isProduction && publicUrl !== undefined && !canHaveStreams(publicUrl)) {
    complain('PUBLIC_URL', `is not https, and Twilio opens no streams without it: ${publicUrl}`)
  }
  return problems.length > 0 ? { problems } : { environment }
}

/** One without the other opens nothing; who names a storage is told which is missing. */
const storageKeysOf = (get: (name: string) => string | undefined): StorageKeys | undefined => {
  const accessKeyId = get('AWS_ACCESS_KEY_ID')
  const secretAccessKey = get('AWS_SECRET_ACCESS_KEY')
  const sessionToken = get('AWS_SESSION_TOKEN')
  return accessKeyId !== undefined && secretAccessKey !== undefined
    ? { accessKeyId, secretAccessKey, sessionToken }
    : undefined
}

const NEEDED_IN_PRODUCTION = {
  OPENAI_API_KEY: 'the model cannot be reached without it',
  TWILIO_AUTH_TOKEN: 'nobody could tell calls of Twilio from others',
  PUBLIC_URL: 'Twilio signs it, and must be told it',
}

const REGIONS: readonly TwilioRegion[] = ['us1', 'ie1', 'au1']

const LOG_LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['error', 'error'],
])
