// FanoutAgent
