// FanoutEngine
