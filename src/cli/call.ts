/** `tandem call`: places a simulated call with a running service, as Twilio would, and says how it went. */
import { parseEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/config.ts'
import { withDocuments } from '../knowledge/documents.ts'
import * as files from '../runtime/files.ts'
import { loadSecrets } from '../secrets.ts'
import type { Cue, ScriptStep } from '../sim/caller/script.ts'
import { loadClips } from '../sim/model/clips.ts'
import { describe } from './call-report.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { bundledConversation, oneRecording } from './conversation.ts'
import { place } from './place.ts'

export type CallOptions = Readonly<{
  url?: string
  to?: string
  from: string
  audio?: string
  seconds: number
  out?: string
  json?: true
}>

const ACCOUNT = 'AC00000000000000000000000000000000'

/** Places the call; the service must be running. */
export const call = async (context: CommandContext, options: CallOptions): Promise<ExitCode> => {
  const parsed = parseEnvironment({ ...context.variables, NODE_ENV: undefined })
  if ('problems' in parsed) {
    for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
    return 2
  }
  const { environment } = parsed
  const loaded = await loadConfig(withDocuments(files), environment.configFolder)
  const config = 'config' in loaded ? loaded.config : undefined
  const to = options.to ?? config?.customers[0]?.numbers[0]
  if (to === undefined) {
    context.err('no number to call: give --to, or a configuration that `tandem check` likes')
    return 2
  }
  const script = await scriptOf(options.audio, firstCue(config, to))
  if (typeof script === 'string') {
    context.err(script)
    return 2
  }
  const secrets = await loadSecrets(environment, files)
  const url = (options.url ?? environment.publicUrl ?? `http://127.0.0.1:${environment.port}`)
    .replace(/\/+$/, '')
  if (!await answers(url)) {
    context.err(`nothing answers at ${url}: start \`tandem serve\` first, or try \`tandem demo\``)
    return 1
  }
  const summary = await place(context, {
    url,
    authToken: secrets.authTokens[0],
    operatorToken: secrets.operatorToken,
    accountSid: environment.twilio.accountSid ?? ACCOUNT,
    from: options.from,
    to,
    script,
    maxMs: options.seconds * 1000,
    recording: options.out ?? `call-${Date.now()}.wav`,
    show: options.json ? context.err : context.out,
  })
  if (options.json) context.out(JSON.stringify(summary))
  else for (const line of ['', ...describe(summary)]) context.out(line)
  return summary.end === 'caller-hung-up' && summary.firstAudioMs !== undefined ? 0 : 1
}

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

/** What the caller says; or why the recording cannot be played, for a person. */
const scriptOf = async (
  audio: string | undefined,
  first: Cue,
): Promise<readonly ScriptStep[] | string> => {
  if (audio === undefined) return bundledConversation(await loadClips(files), first)
  try {
    return oneRecording(await files.readBytes(audio), first)
  } catch (error) {
    return `cannot play ${audio}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** A caller waits for a greeting, where there is one. */
const firstCue = (config: Config | undefined, to: string): Cue => {
  const line = config?.lineOf(to)
  return line && line.customer.agent.greeting === undefined
    ? { atMs: 500 }
    : { after: 'agent-silent', ms: 700 }
}
