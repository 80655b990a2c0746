/** `tandem demo`: a whole phone call on this machine, with no account anywhere: built-in caller, service, built-in model. */
import type { Command } from 'commander'
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

/** Adds the command to the program. */
export const addDemo = (
  program: Command,
  context: CommandContext,
  exit: (code: ExitCode) => void,
) =>
  program.command('demo')
    .description('place a phone call through the service on this machine, with built-in ends')
    .option('--json', 'write the report as one JSON object')
    .option('--out <file>', 'where the recording goes', 'demo.wav')
    .action(async ({ json, out }: { json?: true; out: string }) => {
      const show = json ? context.err : context.out
      const authToken = randomSecret()
      const operatorToken = randomSecret()
      // Nothing of this machine's own environment takes part but the folder of the configuration.
      const started = await startAll(context, {
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: context.variables.LOG_LEVEL ?? 'warn',
        TANDEM_CONFIG: context.variables.TANDEM_CONFIG,
        TANDEM_SECRET: randomSecret(),
        TANDEM_OPERATOR_TOKEN: operatorToken,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_ACCOUNT_SID: ACCOUNT,
      }, (level) =>
        startLog({ level, format: 'text', pii: false, write: context.err }), {
        scenario: 'reception',
      })
      if (typeof started === 'number') {
        return exit(started)
      }

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
      if (json) {
        context.out(JSON.stringify(summary))
      } else {for (const line of describe(summary)) {
          context.out(line)
        }}
      exit(summary.end === 'caller-hung-up' && summary.firstAudioMs !== undefined ? 0 : 1)
    })
