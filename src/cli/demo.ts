/** `tandem demo`: a whole phone call on this machine, with no account anywhere: built-in caller, service, built-in model. */
import { startLog } from '../log.ts'
import * as files from '../runtime/files.ts'
import { randomSecret } from '../runtime/hmac.ts'
import { loadClips } from '../sim/model/clips.ts'
import { describe } from './call-report.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { bundledConversation } from './conversation.ts'
import { place } from './place.ts'
import { startAll } from './start.ts'

const ACCOUNT = 'AC00000000000000000000000000000000'

/** Starts everything, places one call, tells how it went, and stops everything. */
export const demo = async (
  context: CommandContext,
  { json, out }: Readonly<{ json?: true; out: string }>,
): Promise<ExitCode> => {
  const show = json ? context.err : context.out
  const authToken = randomSecret()
  const operatorToken = randomSecret()
  // Nothing of this machine's own environment takes part but the folder of the configuration.
  const started = await startAll(
    context,
    {
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: context.variables.LOG_LEVEL ?? 'warn',
      TANDEM_CONFIG: context.variables.TANDEM_CONFIG,
      TANDEM_SECRET: randomSecret(),
      TANDEM_OPERATOR_TOKEN: operatorToken,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_ACCOUNT_SID: ACCOUNT,
    },
    (level) => startLog({ level, format: 'text', pii: false, write: context.err }),
    { scenario: 'reception', isEphemeral: true },
  )
  if (typeof started === 'number') return started
  const { service, stop } = started
  const { numbers: [to], name } = service.config().customers[0]
  show(`A call to ${name} (${to}), on ${context.runtime.name} ${context.runtime.version}.`)
  show('The caller, the model and what it says are built in; everything between them is real.')
  show('')
  const clips = await loadClips(files)
  const summary = await place(context, {
    url: service.url,
    authToken,
    operatorToken,
    accountSid: ACCOUNT,
    from: '+15550001111',
    to,
    script: bundledConversation(clips, { after: 'agent-silent', ms: 700 }),
    maxMs: 60_000,
    recording: out,
    show,
  })
  await stop()
  show('')
  if (json) context.out(JSON.stringify(summary))
  else for (const line of describe(summary)) context.out(line)
  return summary.end === 'caller-hung-up' && summary.firstAudioMs !== undefined ? 0 : 1
}
