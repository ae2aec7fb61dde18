// FanoutTimeline
