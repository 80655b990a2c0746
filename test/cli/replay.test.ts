import { describe, expect, onTestFinished, test } from 'vitest'
import { logOf } from '../replay/logged-call.ts'
import type { Story } from '../call/stories.ts'
import { utimes } from 'node:fs/promises'
import { createFolder, createProgram } from './program-fixture.ts'

const PART = { responseId: 'r', itemId: 'i', contentIndex: 0 }
const STORY: Story = [
  [{ type: 'model-ready' }, 1],
  [{ type: 'caller-connected' }, 1],
  [{ type: 'agent-response-started', responseId: 'r' }, 1],
  [{ type: 'agent-audio-sent', ...PART, sentMs: 2_000, modelMs: 2_000 }, 1],
  [{ type: 'caller-started-speaking', itemId: 'c' }, 500],
  [{ type: 'caller-hung-up' }, 100],
]
const SAME = logOf(STORY)
/** As if the program of then had believed that less was heard, and not reported that the caller speaks. */
const OTHER = SAME.replace('"audioEndMs":500', '"audioEndMs":480')
  .replace(',{"type":"report","report":{"type":"caller-speaking"}}', '')

/** The program beside a data folder with event logs in it. */
const createLogged = async (logs: Readonly<Record<string, string>>) => {
  const { folder, remove } = await createFolder(logs)
  onTestFinished(remove)
  return { ...createProgram({ TANDEM_DATA: folder, NODE_ENV: 'production' }), folder }
}

describe('tandem replay', () => {
  test('says that a call is decided the same today, by its name and by its path', async () => {
    const { run, out, folder } = await createLogged({ 'events/bright-smile/CA1.jsonl': SAME })
    expect(await run('replay', 'CA1')).toBe(0)
    expect(out).toEqual(['CA1  bright-smile  2026-01-01 00:00:00  0.60 s  6 events  same'])
    expect(await run('replay', `${folder}/events/bright-smile/CA1.jsonl`)).toBe(0)
    expect(out[1]).toBe(out[0])
  })

  test('shows where something is decided otherwise: when, at what event, then and now', async () => {
    const { run, out } = await createLogged({ 'events/bright-smile/CA1.jsonl': OTHER })
    expect(await run('replay', 'CA1')).toBe(1)
    expect(out).toEqual([
      'CA1  bright-smile  2026-01-01 00:00:00  0.60 s  6 events  1 difference',
      '',
      '  0.50 s  event 5  caller-started-speaking itemId=c',
      '          clear-playback',
      '          cancel-response responseId=r',
      '    then  truncate-item itemId=i contentIndex=0 audioEndMs=480',
      '    now   truncate-item itemId=i contentIndex=0 audioEndMs=500',
      '          report barged-in heardMs=500 unheardMs=1500 cut=[{"itemId":"i","heardMs":500,"sentMs":2000}]',
      '          keep-turn itemId=c',
      '    now   report caller-speaking',
    ])
  })

  test('shows the first differences, and how many there are', async () => {
    const log = OTHER.replace('"durationMs":604', '"durationMs":600')
    const { run, out } = await createLogged({ 'events/bright-smile/CA1.jsonl': log })
    expect(await run('replay', 'CA1', '--differences', '1')).toBe(1)
    expect(out[0]).toMatch(/ 2 differences$/)
    expect(out.at(-1)).toBe('  and 1 more, which may all follow from the first')
    expect(out.join('\n')).not.toContain('durationMs')
  })

  test('writes JSON, with every difference', async () => {
    const { run, out, folder } = await createLogged({ 'events/bright-smile/CA1.jsonl': OTHER })
    expect(await run('replay', 'CA1', '--json')).toBe(1)
    const [difference] = JSON.parse(out[0]).differences
    expect(JSON.parse(out[0])).toMatchObject({
      file: `${folder}/events/bright-smile/CA1.jsonl`,
      callSid: 'CA1',
      agentVersion: '0123456789abcdef',
      program: '0.1.0',
      events: 6,
      ends: ['whole'],
    })
    expect(difference).toMatchObject({ part: 1, number: 5, atMs: 504 })
    expect(difference.then.decided).toHaveLength(5)
    expect(difference.now.decided).toHaveLength(6)
  })

  test('says what it cannot read, and where', async () => {
    const { run, out, err } = await createLogged({
      'events/bright-smile/CA1.jsonl': SAME.replace('"tick"', '"tock"').replace(
        'caller-hung-up',
        'x',
      ),
    })
    expect(await run('replay', 'CA1')).toBe(2)
    expect(out[0]).toMatch(/CA1\.jsonl:7 {2}cannot be read: this program knows no such event$/)
    expect(await run('replay', 'CA2')).toBe(2)
    expect(err.at(-1)).toBe('this machine has no event log of CA2; see record.events')
    expect(await run('replay', 'no/such/file')).toBe(2)
    expect(out.at(-1)).toMatch(/^no\/such\/file:1 {2}cannot be read: .*ENOENT/)
    expect(await run('replay')).toBe(2)
    expect(err.at(-1)).toBe('name an event log or a call, or say --all')
  })

  test('says how far the log of a call goes that is not whole', async () => {
    const { run, out } = await createLogged({
      'events/a/CA1.jsonl': SAME.replace('"whole"', '"redacted"'),
      'events/a/CA2.jsonl': `${SAME.split('\n').slice(0, 4).join('\n').slice(0, -20)}\n${SAME}`,
    })
    expect(await run('replay', 'CA1')).toBe(0)
    expect(out[1])
      .toBe('  the log ends where a decision hung on what is redacted, and the call went on')
    expect(await run('replay', 'CA2')).toBe(0)
    expect(out[3]).toBe('  part 1: the log breaks off: the process died, or the disk failed')
  })
})

describe('tandem replay --all', () => {
  const LOGS = {
    'events/a/CA1.jsonl': SAME,
    'events/a/CA2.jsonl': OTHER,
    'events/b/CA3.jsonl': SAME,
  }

  test('shows what differs and counts the rest, for an upgrade to be tried on', async () => {
    const { run, out } = await createLogged(LOGS)
    expect(await run('replay', '--all')).toBe(1)
    expect(out[0]).toContain('1 difference')
    expect(out.at(-1)).toBe('3 calls: 2 same, 1 differ, 0 cannot be read')
    expect(await run('replay', '--all', '--customer', 'b')).toBe(0)
    expect(out.at(-1)).toBe('1 call: 1 same, 0 differ, 0 cannot be read')
  })

  test('takes only logs that were written since', async () => {
    const { run, out, folder } = await createLogged(LOGS)
    await utimes(`${folder}/events/a/CA2.jsonl`, 100, 100)
    expect(await run('replay', '--all', '--since', '2026-01-01')).toBe(0)
    expect(out).toEqual(['2 calls: 2 same, 0 differ, 0 cannot be read'])
  })

  test('takes a folder of logs from elsewhere, and fails when there is none', async () => {
    const { run, out, err, folder } = await createLogged({
      'kept/x.jsonl': SAME,
      'kept/a/CA1.jsonl': SAME,
    })
    expect(await run('replay', '--all', `${folder}/kept`)).toBe(0)
    expect(out).toEqual(['2 calls: 2 same, 0 differ, 0 cannot be read'])
    expect(await run('replay', '--all', `${folder}/none`)).toBe(2)
    expect(err).toEqual(['there are no event logs to replay; see record.events'])
  })

  test('fails when one cannot be read', async () => {
    const { run, out } = await createLogged({ ...LOGS, 'events/a/CA0.jsonl': 'RIFF' })
    expect(await run('replay', '--all')).toBe(2)
    expect(out.at(-1)).toBe('4 calls: 2 same, 1 differ, 1 cannot be read')
  })
})
