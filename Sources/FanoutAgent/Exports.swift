// Whoever writes an agent needs tools, events and JSON with it: one import gives them all.
@_exported public import FanoutEngine
@_exported public import FanoutEvents
@_exported public import FanoutJSON
