/**
 * The secrets of this installation. Those the environment does not give are made once and kept in the data folder, so that a
 * token signed before a restart is good after it, and so that a command on the same machine may talk to the service.
 */
import type { Environment } from './config/environment.ts'
import { messageOf, StartError } from './errors.ts'
import { randomSecret } from './runtime/hmac.ts'

export type Secrets = Readonly<{
  /** Signs stream tokens and salts hashes. */
  secret: string
  operatorToken: string
  /** Sign webhooks; without an account the built-in caller's own. */
  authTokens: readonly string[]
}>

/** The slice of the file system that is used here. */
export type SecretFiles = Readonly<{
  read: (path: string) => Promise<string | undefined>
  write: (path: string, content: string, options: { isPrivate: boolean }) => Promise<void>
}>

const NAMES = ['secret', 'operatorToken', 'twilioAuthToken'] as const

type Kept = Readonly<Record<(typeof NAMES)[number], string>>

/** Gives the secrets; writes `secrets.json` into the data folder if something had to be made. */
export const loadSecrets = async (
  environment: Environment,
  files: SecretFiles,
): Promise<Secrets> => {
  const { secret, operatorToken, twilio, dataFolder, isProduction } = environment
  const isComplete = secret !== undefined && operatorToken !== undefined
  const needsNothing = isComplete && (twilio.authTokens.length > 0 || isProduction)
  const path = `${dataFolder}/secrets.json`
  const kept = needsNothing ? undefined : await loadKept(path, files).catch((cause) => {
    throw new StartError('cannot-keep-secrets', cannotKeep(path, cause), { cause })
  })
  return {
    secret: secret ?? kept?.secret ?? randomSecret(),
    operatorToken: operatorToken ?? kept?.operatorToken ?? randomSecret(),
    authTokens: twilio.authTokens.length > 0 || !kept ? twilio.authTokens : [kept.twilioAuthToken],
  }
}

const cannotKeep = (path: string, cause: unknown): string =>
  `cannot keep secrets in ${path}: ${
    messageOf(cause)
  }; TANDEM_DATA must be a folder to which this user may write, ` +
  'or TANDEM_SECRET, TANDEM_OPERATOR_TOKEN and TWILIO_AUTH_TOKEN must be set'

const loadKept = async (path: string, files: SecretFiles): Promise<Kept> => {
  const found = parse(await files.read(path))
  const kept: Kept = {
    secret: found.secret ?? randomSecret(),
    operatorToken: found.operatorToken ?? randomSecret(),
    twilioAuthToken: found.twilioAuthToken ?? randomSecret(),
  }
  if (NAMES.some((name) => found[name] === undefined)) {
    await files.write(path, `${JSON.stringify(kept, undefined, 2)}\n`, { isPrivate: true })
  }
  return kept
}

/** A file that is missing or damaged has no secrets; what it lacks is made again. */
const parse = (text: string | undefined): Partial<Kept> => {
  try {
    const found: unknown = JSON.parse(text ?? '{}')
    const entries = typeof found === 'object' && found !== null ? Object.entries(found) : []
    // An empty secret is none: anybody could sign with it.
    return Object.fromEntries(
      entries.filter((entry) => typeof entry[1] === 'string' && entry[1] !== ''),
    )
  } catch {
    return {}
  }
}
