import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import type { Toolbox, ToolResult } from '../../src/tools/tool.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall } from '../support/virtual-call.ts'

const scenario = parseScenario(
  `
turns:
  - items:
      - say: One moment, let me look that up.
      - call: find_table
        arguments: { day: tuesday }
      - call: find_menu
  - say: Is there anything else?
`,
  'test.yaml',
)

const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)

/** A toolbox whose tools are done when a test says so. */
const createToolbox = () => {
  const open = new Map<string, (result: ToolResult) => void>()
  const ran: string[] = []
  const tool = (name: string) => ({
    name,
    description: name,
    parameters: { type: 'object' },
    timeoutMs: 8_000,
    run: () => Promise.resolve(''),
  })
  const toolbox: Toolbox = {
    tools: [tool('find_table'), tool('find_menu')],
    run: (name, given, about) => {
      ran.push(`${name} ${given} from ${about.from}`)
      return new Promise((resolve) => void open.set(name, resolve))
    },
  }
  return {
    toolbox,
    ran,
    finish: (name: string, output: string) => open.get(name)?.({ output, failed: false }),
  }
}

/** What a session knows, as `role: words`, `call name arguments` or `output`. */
const known = (session: ModelSession) =>
  session.items().map((item) => {
    if (item.type === 'function_call') return `${item.name} ${item.arguments}`
    if (item.type === 'function_call_output') return `= ${item.output}`
    return item.type === 'message' ? item.role : item.type
  })

describe('an agent with tools', () => {
  it('has them run while the call goes on, and answers all results of a response in one', async () => {
    const { toolbox, ran, finish } = createToolbox()
    const call = startVirtualCall({ toolbox, scenario })
    call.line.say(said('Yes, please.'))
    await call.eventually('both are running', () => ran.length === 2)
    expect(ran).toEqual([
      'find_table {"day":"tuesday"} from +15550001111',
      'find_menu {} from +15550001111',
    ])
    const asked = () => call.toModel.filter(({ type }) => type === 'response.create').length
    finish('find_table', 'free at nine')
    await call.eventually('the preamble was heard', () => call.line.record().playedMs > 1_000)
    expect(asked()).toBe(0)
    finish('find_menu', 'fish')
    await call.eventually('they are answered', () => asked() === 1)
    await call.eventually(
      'the answer is heard',
      () => call.entries.some((entry) => entry.type === 'line' && /anything/.test(entry.line.text)),
    )
    expect(known(call.sessions[0])).toEqual([
      'user',
      'assistant',
      'find_table {"day":"tuesday"}',
      'find_menu {}',
      '= free at nine',
      '= fish',
      'assistant',
    ])
  })

  it('goes on with them in the next session when the one that asked is lost', async () => {
    const { toolbox, ran, finish } = createToolbox()
    const call = startVirtualCall({
      toolbox,
      scenario: [scenario, parseScenario('turns: [{ say: Is there anything else? }]', 'b.yaml')],
    })
    call.line.say(said('Yes, please.'))
    await call.eventually('both are running', () => ran.length === 2)
    finish('find_table', 'free at nine')
    await call.eventually('it is quiet', () => call.line.record().playedMs > 3_500)
    call.breakModel()
    await call.eventually('there is another', () => call.sessions.length === 2)
    await call.eventually(
      'it is ready',
      () => call.entries.some((it) => it.type === 'model-resumed'),
    )
    finish('find_menu', 'fish')
    await call.eventually(
      'the answer is heard',
      () => call.entries.some((entry) => entry.type === 'line' && /anything/.test(entry.line.text)),
    )
    expect(ran).toHaveLength(2)
    expect(known(call.sessions[1])).toEqual([
      'user',
      'assistant',
      'find_table {"day":"tuesday"}',
      '= free at nine',
      'find_menu {}',
      '= fish',
      'assistant',
    ])
  })

  it('lets the caller hear that the line is alive while a tool hangs', async () => {
    const { toolbox, ran } = createToolbox()
    const call = startVirtualCall({ toolbox, scenario })
    call.line.say(said('Yes, please.'))
    await call.eventually('both are running', () => ran.length === 2)
    const atMs = call.line.nowMs()
    await call.eventually('ten seconds pass', () => call.line.nowMs() > atMs + 10_000)
    const heard = call.line.heard(atMs, 10_000)
    let longestMs = 0
    let silentMs = 0
    for (let at = 0; at + 160 <= heard.length; at += 160) {
      const isSilent = heard.subarray(at, at + 160).every((code) => (~code & 0x7f) < 16)
      silentMs = isSilent ? silentMs + 20 : 0
      longestMs = Math.max(longestMs, silentMs)
    }
    expect(longestMs).toBeGreaterThan(200)
    expect(longestMs).toBeLessThan(2_000)
  })
})
