/** Writes the page of a call to a file, and says how large it has become. */
import * as files from '../../runtime/files.ts'
import type { WholeCall } from '../../store/record-store.ts'
import type { CommandContext, ExitCode } from '../command.ts'
import { formatBytes } from '../format.ts'
import { callPage } from './page.ts'

export type WriteOptions = Readonly<{
  whole: WholeCall
  /** Where the recording is that is to be in the page. */
  recording: string | undefined
  /** Where the page goes; what is there is written over. */
  html: string
  json?: true | undefined
}>

/** Two hours of a call; a browser holds all of a page in memory. */
const MOST_BYTES = 120_000_000

/** Writes the page, readable by its owner alone. */
export const writeCallPage = async (
  { out, err }: CommandContext,
  { whole, recording, html, json }: WriteOptions,
): Promise<ExitCode> => {
  const sound = recording === undefined ? undefined : await files.readBytes(recording)
  if (sound && sound.length > MOST_BYTES) {
    err(
      `the recording has ${
        formatBytes(sound.length)
      }, too much for a page: leave it out with --no-audio`,
    )
    return 1
  }
  const page = new TextEncoder().encode(await callPage({ whole, recording: sound }))
  try {
    await files.write(html, page, { isPrivate: true })
  } catch (error) {
    err(`cannot write ${html}: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
  const withSound = sound !== undefined
  if (json) out(JSON.stringify({ html, bytes: page.length, recording: withSound }))
  else out(`${html}  ${formatBytes(page.length)}${withSound ? ', with the recording' : ''}`)
  return 0
}
