// FanoutSession
