/** MCP servers that the model calls without us: a real one on loopback, which the simulated model calls as OpenAI's network would. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silencesOf } from '../../src/sim/caller/silences.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import { headersOf, type McpServer, startMcpServer, text } from '../support/mcp-server.ts'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const LINE = '+15005550021'
/** Where callers are asked before anything is done. */
const CAREFUL = '+15005550022'
const names = Object.keys(RUNTIMES) as RuntimeName[]
/** Long enough that a caller would wonder. */
const SLOW_MS = 2_700

describe.each(names)('MCP servers that OpenAI calls, on %s', (name) => {
  let service: TestService
  let crm: McpServer

  beforeAll(async () => {
    crm = await startMcpServer({
      tools: () =>
        ['find', 'slow', 'fail', 'break', 'cancel'].map((name) => ({
          name,
          inputSchema: { type: 'object' },
        })),
      call: (tool) => {
        if (tool === 'fail') return text('No such customer.', true)
        if (tool === 'break') return 'break'
        if (tool === 'slow') return new Promise((resolve) => setTimeout(resolve, SLOW_MS))
        return text(tool === 'cancel' ? 'It is cancelled.' : 'Ana Lima, gold')
      },
    })
    // Nobody listens there.
    const gone = await startMcpServer({ tools: () => [] })
    await gone.stop()
    service = await startTestService(name, { CRM_KEY: 'k-2' }, {
      shop: fileOf(
        LINE,
        `    - mcp: { label: crm, url: "${crm.url}", allow: [find, slow, fail, break], headers: { authorization: "Bearer \${env:CRM_KEY}" } }
    - mcp: { label: gone, url: "${gone.url}" }
`,
      ),
      careful: fileOf(
        CAREFUL,
        `    - mcp: { label: crm, url: "${crm.url}", approval: always, headers: { authorization: "Bearer \${env:CRM_KEY}" } }
    - mcp: { label: gone, url: "${gone.url}" }
`,
      ),
    })
  })
  afterAll(async () => {
    await service.stop()
    await crm.stop()
  })

  const api = async (path: string) => {
    const response = await fetch(`${service.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    })
    return await response.json()
  }

  /** A call in which the model answers one turn after the other; the caller says yes at its beginning, and whenever told to. */
  const talk = async (line: string, turns: string) => {
    service.behave(parseScenario(`voice: script\nturns:\n${turns}`, 'remote.yaml'))
    const earlier = service.sessions.length
    const call = await service.answered({ to: line })
    const stream = await call.started
    const session = () => service.sessions[earlier]
    const sent = (type: string) => session()?.record.sent[type] ?? 0
    await until(
      'both servers were asked',
      () => sent('mcp_list_tools.completed') === 1 && sent('mcp_list_tools.failed') === 1,
    )
    const say = () => stream.say(clipOfText(service.clips, 'Yes, please.')?.sound.pcm ?? NOTHING)
    const said = (words: string) =>
      until(
        `the agent says ${words}`,
        () =>
          session().items().some((item) =>
            item.type === 'message' && item.role === 'assistant' &&
            item.content.some((part) => part.type === 'output_audio' && part.transcript === words)
          ),
        20_000,
      )
    say()
    return {
      say,
      said,
      items: () => session().items(),
      /** The caller hangs up; gives what became of the tools, by the record, and the longest the caller had to hear nothing. */
      over: async () => {
        call.hangUp()
        const { recording } = await call.done
        const { callSid } = call
        await until(
          'it is on record',
          async () =>
            (await api('/calls?live=false')).calls.some((each: { callSid: string }) =>
              each.callSid === callSid
            ),
        )
        const { lines } = await api(`/calls/${callSid}/transcript`)
        const silences = silencesOf(recording, { pressedAtMs: [], isHungUpByChoice: true })
          // He waits for the test to find that the tools are listed.
          .filter(({ startMs }) => startMs > 0)
        return {
          lines,
          longestMs: Math.max(0, ...silences.map(({ startMs, endMs }) => endMs - startMs)),
        }
      },
    }
  }

  it('have their tools called, and the model is asked to go on with what they gave', async () => {
    const turns = '  - { mcp: find, arguments: { name: Ana } }\n  - say: Gold.\n'
    const call = await talk(LINE, turns)
    await call.said('Gold.')
    expect(toolsOf(await call.over())).toEqual([
      ['find', '{"name":"Ana"}', 'Ana Lima, gold', false],
    ])
    expect(headersOf(crm, 'authorization')).toEqual(['Bearer k-2'])
  })

  it('are covered by a tone while they take their time', async () => {
    const call = await talk(LINE, '  - mcp: slow\n  - say: There it is.\n')
    await call.said('There it is.')
    const { lines, longestMs } = await call.over()
    expect(toolsOf({ lines })).toEqual([['slow', '{}', 'done', false]])
    // Two seconds, and what a busy machine adds.
    expect(longestMs).toBeLessThan(2_500)
  })

  it('that fail at a tool fail the call of it, which the model answers', async () => {
    const call = await talk(LINE, '  - mcp: fail\n  - say: There is none.\n')
    await call.said('There is none.')
    expect(toolsOf(await call.over())).toEqual([['fail', '{}', 'No such customer.', true]])
  })

  it('that break off while they are called fail the call, which the model answers', async () => {
    const call = await talk(LINE, '  - mcp: break\n  - say: It is down.\n')
    await call.said('It is down.')
    expect(toolsOf(await call.over())).toEqual([
      ['break', '{}', 'The MCP server could not be reached.', true],
    ])
  })

  it('that are away are told to the model, who has none of their tools', async () => {
    const call = await talk(LINE, '  - mcp: cancel\n')
    await call.said('I have no tool called cancel.')
    const { lines } = await call.over()
    expect(toolsOf({ lines })).toEqual([])
    expect(lines[0]).toMatchObject({
      kind: 'note',
      text: expect.stringContaining('The tools of "gone" are not available in this call.'),
    })
    await expect.poll(service.log, { timeout: 5_000 }).toContain('"call.remote-tools-missing"')
  })

  const APPROVAL = (approve: boolean, answer: string) =>
    `  - { mcp: cancel, arguments: { id: 7 } }
  - say: May I cancel it?
  - { call: answer_approval, arguments: { approve: ${approve}, reason: They said so. } }
  - say: ${answer}
`

  it('that need the word of the caller are used when he says yes', async () => {
    const call = await talk(CAREFUL, APPROVAL(true, 'Cancelled.'))
    await call.said('May I cancel it?')
    expect(crm.received.some(({ body }) => body.includes('"cancel"'))).toBe(false)
    call.say()
    await call.said('Cancelled.')
    expect(call.items().filter(({ type }) => type.startsWith('mcp_approval'))).toMatchObject([
      { type: 'mcp_approval_request', name: 'cancel', arguments: '{"id":7}' },
      { type: 'mcp_approval_response', approve: true, reason: 'They said so.' },
    ])
    expect(toolsOf(await call.over())).toEqual([
      ['answer_approval', expect.any(String), expect.stringMatching(/^Allowed\./), false],
      ['cancel', '{"id":7}', 'It is cancelled.', false],
    ])
  })

  it('that need the word of the caller are not used when he says no', async () => {
    const before = crm.asked().filter((method) => method === 'tools/call').length
    const call = await talk(CAREFUL, APPROVAL(false, 'Then I leave it.'))
    await call.said('May I cancel it?')
    call.say()
    await call.said('Then I leave it.')
    expect(toolsOf(await call.over())).toEqual([
      ['cancel', '{"id":7}', 'Not done: it was not allowed.', true],
      ['answer_approval', expect.any(String), 'It is not done. Go on without it.', false],
    ])
    expect(crm.asked().filter((method) => method === 'tools/call')).toHaveLength(before)
  })
})

const NOTHING = new Int16Array(0)

/** What was done by the record: the name, what the model said, what it was told, whether it failed. */
const toolsOf = ({ lines }: { lines: readonly Line[] }) =>
  lines.flatMap(({ kind, text, tool }) =>
    kind === 'tool' ? [[text, tool?.given, tool?.result, tool?.failed]] : []
  )

type Line = Readonly<{
  kind: string
  text: string
  tool?: Readonly<{ given: string; result: string; failed: boolean }>
}>

const fileOf = (line: string, tools: string): string =>
  `customer: Shop
numbers: ["${line}"]
agent:
  instructions: You answer the phone.
  tools:
${tools}`
