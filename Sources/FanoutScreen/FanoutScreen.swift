// FanoutScreen
