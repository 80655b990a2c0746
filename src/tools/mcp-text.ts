/** The answer of an MCP tool as text, which is all that a model on the phone can use of it. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client'
import { ToolError } from '../errors.ts'

/** Gives the text of an answer. Throws a `ToolError` when the tool says that it failed. */
export const mcpText = (result: CallToolResult): string => {
  const { content, structuredContent, isError } = result
  const texts = content.map(blockText).filter((text) => text !== '')
  const text = texts.length === 0 && structuredContent !== undefined
    ? JSON.stringify(structuredContent)
    : texts.join('\n')
  if (isError) throw new ToolError('mcp-error', text || 'The tool failed.')
  return text || 'Done.'
}

const blockText = (block: ContentBlock): string => {
  switch (block.type) {
    case 'text':
      return block.text
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[${block.resource.uri}]`
    case 'resource_link':
      return `[${block.name}: ${block.uri}]`
    default:
      return `[${block.type}]`
  }
}
