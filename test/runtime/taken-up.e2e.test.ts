/** What a process that dies leaves is enough for the next one, on each runtime: the call goes on, and is on record as one. */
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { completedTurns } from '../chaos/said.ts'
import { databaseFiles, TEMPLATE_VARIABLE } from '../support/engine.ts'
import { conversationOf, startRushHour, timesHeard, wentWell } from '../support/rush-hour.ts'
import { OPERATOR_TOKEN, RUNTIME_NAMES, until } from '../support/servers.ts'

const SENTENCES = ['Yes, please.', 'Thank you, goodbye.']
/** The databases that lie in a data folder, in this run. */
const FILES = process.env[TEMPLATE_VARIABLE] === undefined ? ['record.db', 'tandem.db'] : []

describe.each(RUNTIME_NAMES)('on %s', (name) => {
  test('a call whose process is killed goes on in the next one, and is on record whole', async () => {
    const rush = await startRushHour({ runtime: name })
    const ask = async (path: string) => {
      const response = await fetch(`${rush.service.url}/api/v1${path}`, {
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
      })
      return await response.json()
    }
    const clip = (text: string) => clipOfText(rush.clips, text)?.sound.pcm ?? new Int16Array(0)
    try {
      const place = () => rush.place(conversationOf(SENTENCES.map(clip)), 'pcmu')
      let caller = place()
      // A busy machine may refuse the first.
      await until('a call is taken', async () => {
        const isOn = await caller.call.started.then(() => true, () => false)
        if (!isOn) caller = place()
        return isOn
      }, 30_000)
      /** What the model has understood in a session. A machine that is busy makes two of a sentence. */
      const understood = (at: number): readonly string[] => {
        const session = caller.sessions().at(at)
        const turns = session ? completedTurns(session) : []
        return turns.flatMap(({ role, words }) => role === 'user' ? words : [])
      }
      await until('the caller is understood', () => understood(0).length > 0, 20_000)
      const [first] = understood(0)
      const { callSid } = caller.call
      // The checkpoint is gathered for less long than the record is.
      await until('that is kept', async () => {
        const { lines } = await ask(`/calls/${callSid}/transcript`)
        return lines?.some(({ text }: { text: string }) => text === first)
      })
      await rush.service.kill()
      await rush.service.start()
      const outcome = await caller.call.done
      expect(wentWell(outcome, caller)).toBe(true)
      expect(outcome.streams).toHaveLength(2)
      expect(timesHeard(outcome, rush.greeting('pcmu'))).toBeLessThan(2)
      expect(understood(-1)[0]).toBe(first)
      expect(understood(-1).length).toBeGreaterThanOrEqual(SENTENCES.length)

      await until(
        'it is on record',
        async () => (await ask('/calls?live=false')).calls?.length === 1,
      )
      expect((await ask('/calls')).calls).toMatchObject([{ callSid, endReason: 'caller-hung-up' }])
      const { lines } = await ask(`/calls/${callSid}/transcript`)
      const said = (kind: string) =>
        lines.flatMap((line: { kind: string; text: string }) => line.kind === kind ? line.text : [])
      expect(said('caller')).toEqual(understood(-1))
      expect(said('agent')[0]).toContain('Good evening, Casa do Mar.')
      expect(rush.service.log()).not.toMatch(/"code":"store-(refused|not-migrated)"/)
      expect(await databaseFiles(rush.dataFolder)).toEqual(FILES)
    } finally {
      await rush.stop()
    }
  })
})
